import { availableParallelism } from 'node:os';
import type { HostJson } from '../host-json.ts';
import { parseTimeSpan } from '../time-span.ts';

export type ServiceBusOptions = {
  readonly prefetchCount: number;
  readonly maxConcurrentCalls: number;
  readonly maxConcurrentSessions: number;
  readonly maxConcurrentCallsPerSession: number;
  readonly maxMessageBatchSize: number;
  readonly autoCompleteMessages: boolean;
  readonly maxAutoLockRenewalMs: number;
  readonly sessionIdleMs: number;
};

/**
 * host.json's `extensions.serviceBus` with its defaults.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus#hostjson-settings
 */
export function readServiceBusOptions(hostJson: HostJson): ServiceBusOptions {
  const section = hostJson.extension('serviceBus');
  const nested = section.messageHandlerOptions ?? section.sessionHandlerOptions;
  const legacy = typeof nested === 'object' && nested !== null ? (nested as Record<string, unknown>) : {};
  const value = (name: string) => section[name] ?? legacy[name];
  return {
    prefetchCount: numberOr(value('prefetchCount'), 0),
    maxConcurrentCalls: numberOr(value('maxConcurrentCalls'), 16 * availableParallelism()),
    maxConcurrentSessions: numberOr(value('maxConcurrentSessions'), 8),
    maxConcurrentCallsPerSession: numberOr(value('maxConcurrentCallsPerSession'), 1),
    maxMessageBatchSize: numberOr(value('maxMessageBatchSize'), 1000),
    autoCompleteMessages: isTrue(value('autoCompleteMessages') ?? value('autoComplete') ?? true),
    maxAutoLockRenewalMs: timeOr(value('maxAutoLockRenewalDuration'), 5 * 60_000),
    sessionIdleMs: timeOr(value('sessionIdleTimeout'), 60_000),
  };
}

function numberOr(value: unknown, fallback: number): number {
  const number = Number(value ?? Number.NaN);
  return Number.isFinite(number) ? number : fallback;
}

function isTrue(value: unknown): boolean {
  return String(value).toLowerCase() === 'true';
}

function timeOr(value: unknown, fallback: number): number {
  return (typeof value === 'string' ? parseTimeSpan(value) : undefined) ?? fallback;
}
