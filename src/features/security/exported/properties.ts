export type Properties = Readonly<Record<string, unknown>>;

/** Bags whose keys are the sender's own words. */
const BAGS = ['extendedProperties', 'tags'];

export function isObject(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textIn(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The same with property names that begin in lower case, but for bags of the sender's own names. */
export function lowerKeys(given: Properties): Properties {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const name = key.charAt(0).toLowerCase() + key.slice(1);
      return [name, BAGS.includes(name) ? value : lowered(value)];
    }),
  );
}

function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  return isObject(value) ? lowerKeys(value) : value;
}
