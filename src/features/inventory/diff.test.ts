import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPatch, diff } from './diff.ts';

describe('diff', () => {
  it('names each changed place by its JSON Pointer', () => {
    const patch = diff(
      { a: 1, 'x/y': { '~': 1 }, list: [1, { b: 2 }], gone: 0 },
      { a: 1, 'x/y': { '~': 2 }, list: [1, { b: 3 }], come: 0 },
    );

    expect(patch).toEqual([
      { op: 'replace', path: '/x~1y/~0', value: 2 },
      { op: 'replace', path: '/list/1/b', value: 3 },
      { op: 'remove', path: '/gone' },
      { op: 'add', path: '/come', value: 0 },
    ]);
  });

  it('makes the one value into the other, both ways', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
        expect(sorted(applyPatch(before, diff(before, after)))).toEqual(sorted(after));
        expect(sorted(applyPatch(after, diff(after, before)))).toEqual(sorted(before));
      }),
    );
  });

  it('is empty for equal values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(diff(value, structuredClone(value))).toEqual([]);
      }),
    );
  });
});

function sorted(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
