import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IndexedResource, ResourceIndex, type ResourceQuery, SORT_FIELDS } from './index.ts';

const word = fc.constantFrom('a', 'b', 'Cc', 'dd=', 'e\nf', '');
const resource = fc.record({
  key: fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8'),
  segment: fc.constantFrom('s1', 's2'),
  type: fc.constantFrom('T/one', 'T/Two'),
  location: fc.constantFrom('east', 'west'),
  resourceGroup: fc.constantFrom('g1', 'G2'),
  tags: fc.dictionary(word.filter(Boolean), word, { maxKeys: 3 }),
  source: fc.constantFrom('azure', 'api'),
  updatedAt: fc.integer({ min: 0, max: 3 }),
});
const step = fc.record({ resource, isRemoval: fc.boolean() });
const filter = fc.record(
  {
    segments: fc.subarray(['s1', 's2', 's3'], { minLength: 1 }),
    types: fc.subarray(['t/ONE', 'T/two'], { minLength: 1 }),
    exceptTypes: fc.constant(['t/one']),
    locations: fc.subarray(['east', 'west'], { minLength: 1 }),
    resourceGroups: fc.constant(['g2']),
    tags: fc.array(fc.record({ name: word.filter(Boolean), value: fc.option(word, { nil: undefined }) }), {
      maxLength: 2,
    }),
    text: fc.constantFrom('k1', 'a', '/S1/'),
  },
  { requiredKeys: [] },
);
const query = fc.record({
  filter,
  sort: fc.constantFrom(...SORT_FIELDS),
  descending: fc.boolean(),
  offset: fc.integer({ min: 0, max: 5 }),
  limit: fc.integer({ min: 1, max: 5 }),
});

describe('ResourceIndex', () => {
  it('answers as a plain filter and sort would, after any changes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.option(query)), { maxLength: 60 }), query, (steps, last) => {
        const index = new ResourceIndex();
        const truth = new Map<string, IndexedResource>();
        for (const [seq, [{ resource: given, isRemoval }, between]] of steps.entries()) {
          const name = `${given.segment}/${given.key}`;
          const full = { ...given, id: `/${given.segment}/${given.key}`, name: given.key, seq: seq + 1 };
          if (isRemoval) {
            index.remove(given.segment, given.key);
            truth.delete(name);
          } else {
            index.put(full);
            truth.set(name, full);
          }
          if (between) expectSame(index, truth, between);
        }
        expectSame(index, truth, last);
      }),
    );
  });

  it('walks every match once with cursors while others come and go', () => {
    const index = new ResourceIndex();
    for (let n = 0; n < 50; n += 1) index.put(numbered(n));
    const seen: string[] = [];
    let after: { value: string; id: string } | undefined;

    do {
      const matches = index.query({
        filter: {},
        sort: 'name',
        descending: false,
        limit: 7,
        ...(after && { after }),
      });
      seen.push(...matches.hits.map(({ key }) => key));
      index.remove('s', numbered(0).key);
      index.put(numbered(1000 + seen.length));
      after = matches.end;
    } while (after);

    const original = Array.from({ length: 50 }, (_, n) => numbered(n).key);
    expect(seen.filter((key) => original.includes(key))).toEqual(original);
  });

  it('keeps the newer of two versions, in whatever order they come', () => {
    const index = new ResourceIndex();

    index.put({ ...numbered(1), seq: 5, location: 'new' });
    index.put({ ...numbered(1), seq: 4, location: 'old' });

    expect(
      index.query({ filter: { locations: ['new'] }, sort: 'id', descending: false, limit: 1 }).total,
    ).toBe(1);
  });

  it('stays right when it moves its living rows together', () => {
    const index = new ResourceIndex();
    for (let round = 1; round <= 5; round += 1) {
      for (let n = 0; n < 2000; n += 1) index.put({ ...numbered(n), seq: round, location: `l${round}` });
    }

    const matches = index.query({ filter: { locations: ['l5'] }, sort: 'id', descending: true, limit: 3 });

    expect(matches.total).toBe(2000);
    expect(matches.hits.map(({ key }) => key)).toEqual(['key01999', 'key01998', 'key01997']);
  });
});

function numbered(n: number): IndexedResource {
  const key = `key${String(n).padStart(5, '0')}`;
  return {
    key,
    segment: 's',
    id: `/s/${key}`,
    name: key,
    type: 't',
    location: 'x',
    resourceGroup: 'g',
    tags: {},
    source: 'azure',
    seq: 1,
    updatedAt: 0,
  };
}

function expectSame(index: ResourceIndex, truth: Map<string, IndexedResource>, given: ResourceQuery): void {
  const matching = [...truth.values()]
    .filter((item) => passes(item, given))
    .sort((a, b) => compare(a, b, given));
  const expected = matching
    .slice(given.offset, (given.offset ?? 0) + given.limit)
    .map(({ segment, key }) => `${segment}/${key}`);

  const matches = index.query(given);

  expect(matches.total).toBe(matching.length);
  expect(matches.hits.map(({ segment, key }) => `${segment}/${key}`)).toEqual(expected);
}

function passes(item: IndexedResource, { filter: f }: ResourceQuery): boolean {
  const lower = (text: string) => text.toLowerCase().replaceAll('\n', ' ');
  const isIn = (values: readonly string[] | undefined, value: string) =>
    !values || values.map(lower).includes(lower(value));
  const tags = Object.entries(item.tags).map(([name, value]) => [lower(name), lower(value)] as const);
  const text = f.text === undefined ? undefined : lower(f.text);
  return (
    isIn(f.segments, item.segment) &&
    isIn(f.types, item.type) &&
    !(f.exceptTypes && isIn(f.exceptTypes, item.type)) &&
    isIn(f.locations, item.location) &&
    isIn(f.resourceGroups, item.resourceGroup) &&
    (f.tags ?? []).every(({ name, value }) =>
      tags.some(([n, v]) => n === lower(name) && (value === undefined || v === lower(value))),
    ) &&
    (text === undefined ||
      lower(item.id).includes(text) ||
      tags.some(([n, v]) => n.includes(text) || v.includes(text)))
  );
}

function compare(a: IndexedResource, b: IndexedResource, { sort, descending }: ResourceQuery): number {
  const value = (item: IndexedResource) =>
    sort === 'updatedAt' ? String(item.updatedAt).padStart(20, '0') : item[sort].toLowerCase();
  const [left, right] = [`${value(a)}\u0000${a.id.toLowerCase()}`, `${value(b)}\u0000${b.id.toLowerCase()}`];
  const ascending = left === right ? 0 : left < right ? -1 : 1;
  return descending ? -ascending : ascending;
}
