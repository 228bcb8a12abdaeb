import { expect, it } from 'vitest';
import * as z from 'zod';
import { decodeCursor, encodeCursor } from './cursor.ts';

const Place = z.tuple([z.string(), z.number()]);

it('a cursor comes back as the place that it was made of', () => {
  expect(decodeCursor(encodeCursor(['a\u2028/é', 3]), Place)).toEqual(['a\u2028/é', 3]);
});

it.each(['', 'x', '💥', encodeCursor(['a']), encodeCursor([1, 'a']), 'e30'])(
  'what is no cursor of ours (%j) is refused with the field and the fix',
  (text) => {
    const problem = { field: 'cursor', reason: 'not a cursor of ours', fix: expect.any(String) };

    expect(refusalOf(text)).toMatchObject({ code: 'invalid', details: { problems: [problem] } });
  },
);

function refusalOf(text: string): unknown {
  try {
    return decodeCursor(text, Place);
  } catch (error) {
    return error;
  }
}
