import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap } from './heap.ts';

it('gives items in order, whatever was removed from the middle', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer()), fc.array(fc.nat()), (items, picks) => {
      const heap = new Heap<number>((a, b) => a - b);
      for (const item of items) heap.add(item);
      const removed = new Set(picks.map((pick) => items[pick % items.length]));
      for (const item of removed) if (item !== undefined) heap.remove(item);

      const popped: number[] = [];
      for (let item = heap.pop(); item !== undefined; item = heap.pop()) popped.push(item);

      expect(popped).toEqual(items.filter((item) => !removed.has(item)).toSorted((a, b) => a - b));
      expect(heap.size).toBe(0);
    }),
  );
});
