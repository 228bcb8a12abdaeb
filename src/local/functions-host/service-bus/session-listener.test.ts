import { expect, test } from 'vitest';
import { isNoSession } from './session-listener.ts';

test.each([
  ['ServiceTimeout', true],
  ['SessionCannotBeLocked', true],
  ['ServiceCommunicationProblem', false],
  ['MessagingEntityNotFound', false],
])('%s means that there is no session: %s', (code, expected) => {
  expect(isNoSession(Object.assign(new Error('text'), { code }))).toBe(expected);
});
