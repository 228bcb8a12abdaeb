import { expect, test } from 'vitest';
import { createConstraint } from './constraints.ts';

test.each([
  ['int', '-12', true],
  ['int', '12.5', false],
  ['int', '2147483648', false],
  ['long', '2147483648', true],
  ['bool', 'TRUE', true],
  ['bool', 'yes', false],
  ['guid', 'CD2C1638-1638-72D5-1638-DEADBEEF1638', true],
  ['guid', '{CD2C1638-1638-72D5-1638-DEADBEEF1638}', true],
  ['guid', 'CD2C1638-1638-72D5-1638', false],
  ['alpha', 'Rick', true],
  ['alpha', 'R2', false],
  ['datetime', '2016-12-31', true],
  ['datetime', 'later', false],
  ['decimal', '-1,000.01', false],
  ['decimal', '49.99', true],
  ['double', '1.5e3', true],
  ['length(4)', 'four', true],
  ['length(4)', 'fives', false],
  ['length(2,4)', 'abc', true],
  ['length(2, 4)', 'a', false],
  ['minlength(3)', 'ab', false],
  ['maxlength(3)', 'abcd', false],
  ['min(18)', '17', false],
  ['min(18)', '18', true],
  ['max(120)', '121', false],
  ['range(18,120)', '91', true],
  ['range(18,120)', 'x', false],
  ['regex(^\\d{3}-(a|b)$)', '123-B', true],
  ['regex(^\\d{3}$)', '1234', false],
  ['file', 'a/b.txt', true],
  ['nonfile', 'a.b/c', true],
])('%s takes %s: %s', (text, value, expected) => {
  const constraint = createConstraint(text);

  const accepts = constraint(value);

  expect(accepts).toBe(expected);
});

test('a constraint that ASP.NET does not know is an error', () => {
  expect(() => createConstraint('odd')).toThrow("the constraint 'odd' is not known");
});
