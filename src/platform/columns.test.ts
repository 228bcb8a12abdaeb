import { describe, expect, it } from 'vitest';
import { packJson, textColumns, textOf, unpackJson } from './columns.ts';

describe('a text in columns', () => {
  it.each([0, 1, 31_999, 32_000, 32_001, 100_000])('of %i characters comes back', (length) => {
    const text = 'ab'.repeat(length).slice(0, length);

    const columns = textColumns('body', text);

    expect(textOf('body', columns)).toBe(text);
    expect(Object.keys(columns)).toHaveLength(Math.ceil(length / 32_000));
  });

  it.each(['', 'a'])('is never cut within a character of two code units (%j before them)', (before) => {
    const text = before + '😀'.repeat(40_000);

    const columns = textColumns('body', text);

    expect(textOf('body', columns)).toBe(text);
    for (const piece of Object.values(columns)) expect(String(piece).isWellFormed()).toBe(true);
  });
});

describe('a packed value', () => {
  it('comes back, over as many columns as it takes', () => {
    const value = Array.from({ length: 40_000 }, (_, index) => Math.sin(index));

    const columns = packJson('body', value);

    expect(Object.keys(columns).slice(0, 2)).toEqual(['body0', 'body1']);
    expect(unpackJson('body', columns)).toEqual(value);
    expect(unpackJson('other', columns)).toBeUndefined();
  });
});
