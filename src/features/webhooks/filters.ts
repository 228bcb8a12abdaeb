import type { CustomFilter, EventName, WebhookFilters } from './schema.ts';

type Data = Readonly<Record<string, unknown>>;

/** An event name as one text: the guide's `{"Custom": "x"}` and `Custom(x)` are both `x`. */
export function eventName(name: EventName): string {
  const text = typeof name === 'string' ? name : name.Custom;
  return /^Custom\((.+)\)$/.exec(text)?.[1] ?? text;
}

/** Whether an event type is one of the names asked for; `*` in a name stands for any characters, `Custom(*)` for every custom one. */
export function matchesEvent(names: readonly EventName[], type: string): boolean {
  return names.some((name) => matchesWildcard(eventName(name), type));
}

/**
 * Whether an event passes an endpoint's filters. As in the guide, an event without the field (one that belongs to
 * no subscription) passes that filter; a custom filter needs its field.
 */
export function matchesFilters(filters: WebhookFilters | undefined, data: Data): boolean {
  if (!filters) return true;
  return (
    isOneOf(filters.subscription_ids, data.subscription_id) &&
    isOneOf(filters.resource_types, data.resource_type) &&
    isOneOf(filters.severity_levels, data.severity) &&
    customFilters(filters).every((filter) => matchesCustom(filter, data))
  );
}

function isOneOf(wanted: readonly string[] | undefined, value: unknown): boolean {
  if (!wanted || typeof value !== 'string') return true;
  return wanted.some((pattern) => matchesWildcard(pattern, value));
}

/** The guide's map of path to value means equality. */
function customFilters({ custom_filters: custom }: WebhookFilters): readonly CustomFilter[] {
  if (!custom) return [];
  if (Array.isArray(custom)) return custom;
  return Object.entries(custom).map(([path, value]) => ({ path, operator: 'equals', value }) as CustomFilter);
}

/** Every operator of a custom filter; `found` is undefined where the path leads nowhere. */
const OPERATORS: Readonly<Record<CustomFilter['operator'], (found: unknown, value: unknown) => boolean>> = {
  equals: isEqual,
  not_equals: (found, value) => !isEqual(found, value),
  in: (found, value) => Array.isArray(value) && value.some((each) => isEqual(found, each)),
  not_in: (found, value) => Array.isArray(value) && !value.some((each) => isEqual(found, each)),
  contains: (found, value) =>
    Array.isArray(found)
      ? found.some((each) => isEqual(each, value))
      : typeof found === 'string' && fold(found).includes(fold(String(value))),
  starts_with: (found, value) => typeof found === 'string' && fold(found).startsWith(fold(String(value))),
  ends_with: (found, value) => typeof found === 'string' && fold(found).endsWith(fold(String(value))),
  like: (found, value) => typeof found === 'string' && matchesWildcard(String(value), found),
  exists: (found, value) => (found !== undefined && found !== null) === (value !== false),
  greater: (found, value) => typeof found === 'number' && typeof value === 'number' && found > value,
  less: (found, value) => typeof found === 'number' && typeof value === 'number' && found < value,
};

function matchesCustom({ path, operator, value }: CustomFilter, data: Data): boolean {
  return OPERATORS[operator](read(data, path), value);
}

/** By JSON Pointer (`/tags/env`) or dotted path (`tags.env`), from the event's data; `data.` in front is taken too. */
function read(data: Data, path: string): unknown {
  const keys = path.startsWith('/')
    ? path
        .slice(1)
        .split('/')
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    : path.replace(/^data\./, '').split('.');
  let value: unknown = data;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Data)[key];
  }
  return value;
}

function isEqual(found: unknown, value: unknown): boolean {
  if (typeof found === 'string' && typeof value === 'string') return fold(found) === fold(value);
  return JSON.stringify(found) === JSON.stringify(value);
}

/** Without regular expressions, in time that grows with the text alone: the pieces between the stars, in their order. */
function matchesWildcard(pattern: string, text: string): boolean {
  const [first = '', ...rest] = fold(pattern).split('*');
  const folded = fold(text);
  const last = rest.pop();
  if (last === undefined) return folded === first;
  if (!folded.startsWith(first) || folded.length < first.length + last.length) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = folded.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return folded.endsWith(last) && folded.length - last.length >= at;
}

function fold(text: string): string {
  return text.toLowerCase();
}
