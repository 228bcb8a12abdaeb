import type { AliasTable } from '#features/policy/index.ts';

/** Values that conditions ask for, by property path of a resource. */
export type Candidates = Map<string, unknown[]>;

type Site = { readonly type: string; readonly aliases: AliasTable; readonly known: Candidates };

const OPERATORS = ['equals', 'notEquals', 'in', 'notIn', 'like', 'contains', 'greater', 'less', 'exists'];

/** Adds the paths that a definition reads in resources of a type, and the literals it compares them with. */
export function candidatesOf(source: unknown, site: Site): Candidates {
  if (Array.isArray(source)) for (const each of source) candidatesOf(each, site);
  else if (typeof source === 'object' && source !== null) {
    const { field } = source as { field?: unknown };
    if (typeof field === 'string' && field.includes('/')) note(field, source, site);
    for (const value of Object.values(source)) candidatesOf(value, site);
  }
  return site.known;
}

function note(field: string, leaf: object, { type, aliases, known }: Site): void {
  const targets = aliases.aliases.get(field.toLowerCase())?.targets;
  const path = (targets?.get(type) ?? targets?.get(''))?.defaultPath;
  if (typeof path !== 'string' || !field.toLowerCase().startsWith(`${type}/`)) return;
  const values = known.get(path) ?? ['Enabled', 'Disabled', true, false, undefined];
  for (const [operator, operand] of Object.entries(leaf)) {
    if (OPERATORS.includes(operator))
      values.push(...[operand].flat().filter((each) => typeof each !== 'object'));
  }
  known.set(path, values);
}

/** The i-th resource: types take turns, values come from a fixed sequence. */
export function resourceOf(types: readonly (readonly [string, Candidates])[], i: number): object {
  const [type, candidates] = types[i % types.length] ?? ['', new Map()];
  const pick = sequence(i + 1);
  const resource: Record<string, unknown> = {
    id: `/subscriptions/0/resourceGroups/rg-${i % 50}/providers/${type}/r${i}`,
    name: `r${i}`,
    type,
    location: pick(['westeurope', 'eastus', 'West Europe', 'northeurope']),
    kind: pick(['app', 'functionapp', 'StorageV2', undefined]),
    tags: pick([{ owner: 'a', environment: 'prod' }, { costCenter: '1' }, undefined]),
    identity: pick([{ type: 'SystemAssigned' }, { type: 'None' }, undefined]),
    properties: { provisioningState: 'Succeeded' },
  };
  for (const [path, values] of candidates) put(resource, path.split('.'), pick(values));
  return resource;
}

function put(
  object: Record<string, unknown>,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): void {
  if (value === undefined) return;
  const many = first.endsWith('[*]');
  const key = many ? first.slice(0, -3) : first;
  if (rest.length === 0) object[key] = many ? [value, value] : value;
  else if (many) for (const member of membersAt(object, key)) put(member, rest, value);
  else put(objectAt(object, key), rest, value);
}

function objectAt(object: Record<string, unknown>, key: string): Record<string, unknown> {
  const known = object[key];
  if (typeof known === 'object' && known !== null && !Array.isArray(known))
    return known as Record<string, unknown>;
  const made: Record<string, unknown> = {};
  object[key] = made;
  return made;
}

function membersAt(object: Record<string, unknown>, key: string): Record<string, unknown>[] {
  const known = object[key];
  if (Array.isArray(known) && typeof known[0] === 'object') return known as Record<string, unknown>[];
  const made: Record<string, unknown>[] = [{}, {}];
  object[key] = made;
  return made;
}

/** Chooses from lists, the same way for the same seed (a linear congruential generator). */
function sequence(seed: number): <Value>(values: readonly Value[]) => Value | undefined {
  let state = seed >>> 0;
  return (values) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return values[(state >>> 8) % values.length];
  };
}
