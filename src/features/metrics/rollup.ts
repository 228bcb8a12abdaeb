import {
  AGGREGATIONS,
  type Aggregation,
  type Contribution,
  type Dimensions,
  type Groups,
  type Numbers,
  type Rollup,
} from './model.ts';

type Sums = Record<string, Record<string, number>>;
/** Tags with more values than this tell things apart rather than group them. */
const MAX_TAG_VALUES = 200;
const MAX_TAG_NAMES = 30;

/** Adds up contributions under every group that a resource belongs to. */
export class RollupBuilder {
  readonly #segment: string;
  readonly #groups = new Map<Aggregation, Map<string, Sums>>(
    [...AGGREGATIONS, 'tag' as const].map((name) => [name, new Map()]),
  );

  constructor(segment: string) {
    this.#segment = segment;
  }

  add({ section, numbers }: Contribution, dimensions: Dimensions | undefined): void {
    this.#count('subscription', this.#segment, section, numbers);
    if (!dimensions) return;
    const { resourceGroup, resourceType, location, tags } = dimensions;
    if (resourceGroup !== null) this.#count('resourceGroup', resourceGroup.toLowerCase(), section, numbers);
    this.#count('resourceType', resourceType.toLowerCase(), section, numbers);
    this.#count('location', location, section, numbers);
    for (const [name, value] of Object.entries(tags))
      this.#count('tag', `${name.toLowerCase()}=${value}`, section, numbers);
  }

  build(): Rollup {
    const tag = keepTelling(this.#groups.get('tag') ?? new Map());
    const rest = AGGREGATIONS.map(
      (name) => [name, Object.fromEntries(this.#groups.get(name) ?? [])] as const,
    );
    return { ...(Object.fromEntries(rest) as Record<(typeof AGGREGATIONS)[number], Groups>), tag };
  }

  #count(
    aggregation: Aggregation,
    group: string,
    section: string,
    numbers: Readonly<Record<string, number>>,
  ): void {
    const groups = this.#groups.get(aggregation);
    const sums = groups?.get(group) ?? {};
    groups?.set(group, sums);
    sums[section] ??= {};
    addTo(sums[section], numbers);
  }
}

function addTo(sums: Record<string, number>, numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) sums[name] = (sums[name] ?? 0) + value;
}

/** The tags that group: few values each, the most used names first. */
function keepTelling(groups: ReadonlyMap<string, Sums>): Groups {
  const byName = Map.groupBy(groups.keys(), (group) => group.slice(0, group.indexOf('=')));
  const names = [...byName]
    .filter(([, members]) => members.length <= MAX_TAG_VALUES)
    .sort(([, one], [, other]) => other.length - one.length)
    .slice(0, MAX_TAG_NAMES);
  const kept = names.flatMap(([, members]) =>
    members.map((group) => [group, groups.get(group) ?? {}] as const),
  );
  return Object.fromEntries(kept);
}

/** The sums of several groups, as of several subscriptions. */
export function merge(all: readonly Numbers[]): Numbers {
  const sums: Sums = {};
  for (const numbers of all) {
    for (const [section, values] of Object.entries(numbers)) {
      sums[section] ??= {};
      addTo(sums[section], values);
    }
  }
  return sums;
}
