import { expect, test } from 'vitest';
import { matchTemplate } from './route-match.ts';
import { parseTemplate } from './route-template.ts';

function match(template: string, path: string) {
  return matchTemplate(
    parseTemplate(template),
    path.split('/').filter((part, index) => index > 0 || part),
  );
}

test.each([
  ['products/{id}', 'products/7', { id: '7' }],
  ['products/{id}', 'PRODUCTS/7', { id: '7' }],
  ['products/{id}', 'products', undefined],
  ['products/{id}', 'products/7/x', undefined],
  ['products/{id?}', 'products', {}],
  ['products/{id:int?}', 'products', {}],
  ['products/{id:int?}', 'products/x', undefined],
  ['products/{id:int:min(5)}', 'products/4', undefined],
  ['products/{id=42}', 'products', { id: '42' }],
  ['products/{id:int=42}', 'products/9', { id: '9' }],
  ['files/{*path}', 'files/a/b/c', { path: 'a/b/c' }],
  ['files/{**path}', 'files/a', { path: 'a' }],
  ['files/{*path}', 'files', {}],
  ['files/{*path=index}', 'files', { path: 'index' }],
  ['files/{*path:length(1,3)}', 'files/a/bc', undefined],
  ['{*path}', '', {}],
  ['a/{x:regex(^(b|c/d)$)}', 'a/b', { x: 'b' }],
  ['a/{x:regex(^\\d{{2}}$)}', 'a/12', { x: '12' }],
  ['portal-{op}', 'portal-list', { op: 'list' }],
  ['{name}.{ext?}', 'report.pdf', { name: 'report', ext: 'pdf' }],
  ['{name}.{ext?}', 'report', { name: 'report' }],
  ['{name}.{ext?}', 'a.b.c', { name: 'a.b', ext: 'c' }],
  ['a/{{b}}', 'a/{b}', {}],
])('%s against %s', (template, path, expected) => {
  const values = match(template, path);

  expect(values).toEqual(expected);
});

test('values are decoded once, and an encoded slash reaches a catch-all as a slash', () => {
  const single = match('x/{id}', 'x/a%2520b');
  const rest = match('x/{*rest}', 'x/%2Fsubscriptions%2F1/a%20b');

  expect(single).toEqual({ id: 'a%20b' });
  expect(rest).toEqual({ rest: '/subscriptions/1/a b' });
});

test('an empty segment inside a path matches no parameter', () => {
  const single = match('x/{id}/y', 'x//y');
  const rest = match('x/{*rest}', 'x//y');

  expect(single).toBeUndefined();
  expect(rest).toEqual({ rest: '/y' });
});

test.each([
  ['a/{b', "unclosed '{'"],
  ['a}/b', "a '}' without a '{'"],
  ['a//b', 'empty segment'],
  ['{a}/{A}', 'names a parameter twice'],
  ['{*a}/b', 'not its last segment'],
  ['x{*a}', 'must be a segment of its own'],
  ['{a:odd}', "the constraint 'odd' is not known"],
])('%s is refused: %s', (template, message) => {
  expect(() => parseTemplate(template)).toThrow(message);
});
