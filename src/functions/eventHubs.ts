import { app, type InvocationContext } from '@azure/functions';
import * as z from 'zod';
import { withScope } from '#platform/log.ts';
import { traced } from '#platform/telemetry.ts';
import type { Services } from '../services.ts';
import { sinkOf } from './logging.ts';

const Metadata = z.object({
  enqueuedTimeUtcArray: z.array(z.coerce.date()).catch([]),
  sequenceNumberArray: z.array(z.coerce.number()).catch([]),
  partitionContext: z.object({ partitionId: z.string() }).catch({ partitionId: '?' }),
});

/**
 * Registers the function that Defender for Cloud's continuous export comes to, where it is configured. Without a
 * policy of retries the host would pass over a batch that fails.
 */
export function registerEventHubs({ security, settings, clock }: Services): void {
  const { SECURITY_EXPORT_HUB: eventHubName, SECURITY_EXPORT_CONSUMER_GROUP: consumerGroup } = settings;
  if (eventHubName === undefined) return;
  app.eventHub('securityExport', {
    connection: 'SecurityExport',
    eventHubName,
    consumerGroup,
    cardinality: 'many',
    retry: {
      strategy: 'exponentialBackoff',
      maxRetryCount: -1,
      minimumInterval: { seconds: 1 },
      maximumInterval: { minutes: 2 },
    },
    handler: (bodies: unknown, context: InvocationContext) =>
      withScope({ correlationId: context.invocationId, sink: sinkOf(context) }, () =>
        traced('process securityExport', { kind: 'consumer' }, () =>
          security.exported.accept(toMessages(bodies, context.triggerMetadata, clock.now())),
        ),
      ),
  });
}

/**
 * The events of a batch. The host leaves out empty ones but not their metadata: then all count as old as the oldest.
 */
function toMessages(given: unknown, metadata: unknown, now: Date) {
  const bodies = z.array(z.unknown()).parse(given);
  const {
    enqueuedTimeUtcArray: times,
    sequenceNumberArray: numbers,
    partitionContext,
  } = Metadata.parse(metadata);
  const isAligned = times.length === bodies.length && numbers.length === bodies.length;
  const oldest = new Date(Math.min(now.getTime(), ...times.map((time) => time.getTime())));
  return bodies.map((body, index) => ({
    body,
    enqueuedAt: ((isAligned && times[index]) || oldest).toISOString(),
    place: `partition ${partitionContext.partitionId}, sequence number ${isAligned ? numbers[index] : `${numbers[0]} to ${numbers.at(-1)}`}`,
  }));
}
