import { expect, test } from 'vitest';
import { formatCookie } from './cookies.ts';

test('writes every attribute', () => {
  const text = formatCookie({
    name: 'a',
    value: 'b c;d',
    domain: { value: 'example.org' },
    path: { value: '/x' },
    expires: { value: { seconds: 0 } },
    maxAge: { value: 12.7 },
    secure: { value: true },
    httpOnly: { value: true },
    sameSite: 'explicitNone',
  });

  expect(text).toBe(
    'a=b%20c%3Bd; expires=Thu, 01 Jan 1970 00:00:00 GMT; max-age=12; domain=example.org; path=/x; secure; samesite=none; httponly',
  );
});

test('the path is the root and SameSite absent unless the app says so', () => {
  expect(formatCookie({ name: 'a', value: 'b', sameSite: 'none' })).toBe('a=b; path=/');
});
