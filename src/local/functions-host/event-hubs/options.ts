import type { EventPosition } from '@azure/event-hubs';
import type { HostJson } from '../host-json.ts';
import { textOr } from '../text.ts';

export type EventHubsOptions = {
  readonly maxEventBatchSize: number;
  readonly batchCheckpointFrequency: number;
  readonly prefetchCount: number;
  /** Where a partition begins that has no checkpoint. */
  readonly initialPosition: EventPosition;
};

/**
 * host.json's `extensions.eventHubs` with its defaults.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-event-hubs#hostjson-settings
 */
export function readEventHubsOptions(hostJson: HostJson): EventHubsOptions {
  const section = hostJson.extension('eventHubs');
  const number = (name: string, fallback: number) => {
    const value = Number(section[name]);
    return Number.isInteger(value) && value > 0 ? value : fallback;
  };
  return {
    maxEventBatchSize: number('maxEventBatchSize', 100),
    batchCheckpointFrequency: number('batchCheckpointFrequency', 1),
    prefetchCount: number('prefetchCount', 300),
    initialPosition: positionOf(section.initialOffsetOptions),
  };
}

function positionOf(given: unknown): EventPosition {
  const { type, enqueuedTimeUtc } = Object(given) as Readonly<Record<string, unknown>>;
  const kind = textOr(type, 'fromStart').toLowerCase();
  if (kind === 'fromend') return { offset: '@latest' };
  return kind === 'fromenqueuedtime'
    ? { enqueuedOn: new Date(textOr(enqueuedTimeUtc, '')) }
    : { offset: '-1' };
}
