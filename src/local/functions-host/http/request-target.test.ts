import { expect, test } from 'vitest';
import { parseTarget } from './request-target.ts';

test('splits at slashes that are not encoded and drops a trailing one', () => {
  const target = parseTarget('/a%2Fb/c/?x=1&x=2#part');

  expect(target?.segments).toEqual(['a%2Fb', 'c']);
  expect(target?.query.getAll('x')).toEqual(['1', '2']);
});

test('takes the absolute form that proxies send', () => {
  const target = parseTarget('http://host:1/a/b?c=d');

  expect(target?.raw).toBe('/a/b?c=d');
});

test.each(['/a%', '/%ff%fe', 'http://', '*'])('%s is malformed', (text) => {
  expect(parseTarget(text)).toBeUndefined();
});
