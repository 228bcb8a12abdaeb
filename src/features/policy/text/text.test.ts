import { describe, expect, test } from 'vitest';
import { duplicateKeys } from '../json/duplicates.ts';
import { compareMoments, parseMoment } from './dates.ts';
import { find, findLast, splitBy } from './find.ts';
import { fold, foldedEquals, foldedIn } from './fold.ts';
import { ipText, parseIp, parseIpRange } from './ip.ts';
import { nearest } from './nearest.ts';

describe('folding', () => {
  test.each([
    ['Straße', 'STRASSE'],
    ['ΚΟΣΜΟΣ', 'κοσμος'],
    ['ΚΟΣ', 'κοσ'],
    ['ﬃce', 'FFICE'],
    ['plain', 'PLAIN'],
  ])('%s and %s are the same', (left, right) => {
    const same = [
      fold(left) === fold(right),
      foldedEquals(left, fold(right)),
      foldedIn(right, new Set([fold(left)])),
    ];

    expect(same).toEqual([true, true, true]);
  });

  test('the small final sigma is like any other', () => {
    const folded = fold('κοσμος');

    expect(folded.startsWith(fold('ΚΟΣ'))).toBe(true);
    expect(fold('ΚΟΣ')).toBe('κοσ');
  });
});

describe('searching', () => {
  const long = 'ab'.repeat(40);

  test.each([
    ['a short pattern', 'xxabxx', 'ab', 2, 2],
    ['a long pattern, twice', `${long}c${long}c`, `${long}c`, 0, 81],
    ['a long pattern that overlaps itself', 'a'.repeat(100), 'a'.repeat(40), 0, 60],
    ['a long pattern that is not there', long, 'b'.repeat(50), -1, -1],
  ])('%s', (_, text, pattern, first, last) => {
    const found = [find(text, pattern), findLast(text, pattern)];

    expect(found).toEqual([first, last]);
  });

  test('splits by nothing into one', () => {
    const parts = splitBy('abc', '');

    expect(parts).toEqual(['abc']);
  });
});

describe('dates', () => {
  test.each([
    '2024-02-30',
    '2024-13-01T00:00:00Z',
    '2024-01-01T25:00:00Z',
    'x',
    '2024',
    '2024-01-01T00:00:00+1',
  ])('%s is none', (text) => {
    const moment = parseMoment(text);

    expect(moment).toBeNull();
  });

  test('zones and fractions order moments', () => {
    const [left, right] = [
      parseMoment('2024-01-01T01:00:00.25+01:00'),
      parseMoment('2024-01-01T00:00:00.3Z'),
    ];

    const order = left && right && compareMoments(left, right);

    expect(order).toBeLessThan(0);
  });
});

describe('addresses', () => {
  test.each([
    '1.2.3',
    '1.2.3.256',
    ':::',
    '1::2::3',
    'g::',
    '1:2:3:4:5:6:7:8:9',
    '10.0.0.5-10.0.0.1',
    '10.0.0.1-::1',
    '10.0.0.0/x',
  ])('%s is none', (text) => {
    const range = parseIpRange(text);

    expect(range).toBeNull();
  });

  test.each([
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['10.0.0.1', '10.0.0.1'],
  ])('%s is written %s', (text, written) => {
    const address = parseIp(text);

    expect(address && ipText(address)).toBe(written);
  });
});

describe('suggestions', () => {
  test.each([
    ['equls', 'equals'],
    ['EQUAL', 'equals'],
    ['nonsense', undefined],
  ])('%s: %s', (word, wanted) => {
    const meant = nearest(word, ['equals', 'in', 'like']);

    expect(meant).toBe(wanted);
  });
});

describe('keys given twice', () => {
  test('are found wherever they stand, and only keys', () => {
    const found = duplicateKeys('{"a":{"x":"{\\"x\\":1,","x":2},"b":[{"c":1},{"c":1,"c":2}],"a":"a"}');

    expect(found).toEqual([
      { path: '$.a', key: 'x' },
      { path: '$.b[1]', key: 'c' },
      { path: '$', key: 'a' },
    ]);
  });
});
