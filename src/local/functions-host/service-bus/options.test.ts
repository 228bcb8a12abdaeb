import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { readServiceBusOptions } from './options.ts';

function read(section: Record<string, unknown>) {
  return readServiceBusOptions({ routePrefix: '', functionTimeoutMs: 1, extension: () => section });
}

test('the defaults are those of the extension', () => {
  expect(read({})).toEqual({
    prefetchCount: 0,
    maxConcurrentCalls: 16 * availableParallelism(),
    maxConcurrentSessions: 8,
    maxConcurrentCallsPerSession: 1,
    maxMessageBatchSize: 1000,
    autoCompleteMessages: true,
    maxAutoLockRenewalMs: 300_000,
    sessionIdleMs: 60_000,
  });
});

test('host.json and its overrides, which are text, are read', () => {
  const options = read({
    maxConcurrentCalls: '8',
    autoCompleteMessages: 'false',
    maxAutoLockRenewalDuration: '00:30:00',
  });

  expect(options).toMatchObject({
    maxConcurrentCalls: 8,
    autoCompleteMessages: false,
    maxAutoLockRenewalMs: 1_800_000,
  });
});

test('the names of version 4 of the extension are read too', () => {
  const options = read({ messageHandlerOptions: { maxConcurrentCalls: 3, autoComplete: false } });

  expect(options).toMatchObject({ maxConcurrentCalls: 3, autoCompleteMessages: false });
});
