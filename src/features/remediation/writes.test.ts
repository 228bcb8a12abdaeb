import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#features/policy/index.ts';
import { mergePatch, mergePatchBetween, pathsOf } from './mergePatch.ts';
import { afterWrites, holds, isOnTheWay, writable, writesBetween } from './writes.ts';

const account: JsonObject = {
  id: '/subscriptions/s/x',
  name: 'st',
  etag: '"1"',
  tags: { env: 'dev', owner: 'me' },
  properties: {
    minimumTlsVersion: 'TLS1_0',
    provisioningState: 'Succeeded',
    networkAcls: { bypass: 'None' },
  },
};

describe('merge patches', () => {
  test('the examples of RFC 7396, appendix A', () => {
    expect(mergePatch({ a: 'b', c: { d: 'e', f: 'g' } }, { a: 'z', c: { f: null } })).toEqual({
      a: 'z',
      c: { d: 'e' },
    });
    expect(mergePatch({ e: null }, { a: 1 })).toEqual({ e: null, a: 1 });
    expect(mergePatch({}, { a: { bb: { ccc: null } } })).toEqual({ a: { bb: {} } });
    expect(mergePatch({ a: [{ b: 'c' }] }, { a: [1] })).toEqual({ a: [1] });
  });

  test('what lies between two documents leads from one to the other, and names no more', () => {
    const value = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.string(),
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('tree')),
    })).object as fc.Arbitrary<JsonObject>;

    fc.assert(
      fc.property(value, value, (before, after) => {
        expect(mergePatch(before, mergePatchBetween(before, after))).toEqual(after);
        expect(mergePatchBetween(after, after)).toEqual({});
      }),
    );
  });
});

describe('requests', () => {
  test('tags alone go by the tags API', () => {
    const writes = writesBetween(account, { ...account, tags: { owner: 'you', costCenter: '1' } });

    expect(writes).toEqual([
      { kind: 'tags', operation: 'Merge', tags: { owner: 'you', costCenter: '1' } },
      { kind: 'tags', operation: 'Delete', tags: { env: 'dev' } },
    ]);
  });

  test('properties go by a patch of nothing else', () => {
    const properties = { ...(account.properties as JsonObject), minimumTlsVersion: 'TLS1_2' };

    const writes = writesBetween(account, { ...account, properties });

    expect(writes).toEqual([{ kind: 'patch', body: { properties: { minimumTlsVersion: 'TLS1_2' } } }]);
    expect(pathsOf({ properties: { minimumTlsVersion: 'TLS1_2' } })).toEqual([
      'properties.minimumTlsVersion',
    ]);
  });

  test('the way back is the way between the documents the other way round', () => {
    const after = { ...account, tags: { env: 'prod' }, properties: { supportsHttpsTrafficOnly: true } };

    const there = afterWrites(account, writesBetween(account, after));
    const back = afterWrites(there, writesBetween(after, account));

    expect(back).toEqual(account);
  });

  test('a process that died between two requests is followed by one that goes on', () => {
    const after = { ...account, tags: { owner: 'you' } };
    const writes = writesBetween(account, after);
    const halfway = { ...afterWrites(account, writes.slice(0, 1)), etag: '"2"' };

    expect(isOnTheWay(halfway, account, writes)).toBe(true);
    expect(holds(halfway, writes)).toBe(false);
    expect(holds(afterWrites(halfway, writes), writes)).toBe(true);
    expect(isOnTheWay({ ...halfway, kind: 'changed by somebody else' }, account, writes)).toBe(false);
  });

  test('a PUT leaves out what Azure says by itself', () => {
    expect(writable(account)).toEqual({
      tags: account.tags,
      properties: { minimumTlsVersion: 'TLS1_0', networkAcls: { bypass: 'None' } },
    });
  });
});
