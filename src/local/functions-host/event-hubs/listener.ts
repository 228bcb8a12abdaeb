import type { EventHubConsumerClient, ReceivedEventData } from '@azure/event-hubs';
import type { HostFunction } from '../functions.ts';
import type { Invoker } from '../invoker.ts';
import { errorMessage, type Logger } from '../log.ts';
import { runWithRetry } from '../timers/retry.ts';
import type { Checkpoints } from './checkpoints.ts';
import { batchRequest, type PartitionContext, singleRequest } from './event-data.ts';
import type { EventHubsOptions } from './options.ts';

export type EventHubListener = {
  /** Takes no more events, and ends waits for a retry. */
  stop(): Promise<void>;
};

export type ListenerContext = {
  readonly client: EventHubConsumerClient;
  readonly consumerGroup: string;
  readonly target: HostFunction;
  readonly options: EventHubsOptions;
  readonly checkpoints: Checkpoints;
  readonly invoker: Invoker;
  readonly logger: Logger;
};

const POSITION_WAIT_SECONDS = 60;

/**
 * Runs a function on the events of every partition, in their order, a batch at a time. As in Azure a batch is passed
 * over once its retries are spent, and without a policy at once: the checkpoint moves on either way.
 */
export async function startEventHubListener(context: ListenerContext): Promise<EventHubListener> {
  const { client, options, checkpoints } = context;
  const stopping = new AbortController();
  const subscriptions = await Promise.all(
    (await client.getPartitionIds()).map(async (partitionId) => {
      const checkpoint = await checkpoints.read(partitionId);
      const worker = createWorker(context, partitionId, stopping.signal);
      return client.subscribe(partitionId, worker, {
        startPosition: checkpoint ?? options.initialPosition,
        maxBatchSize: options.maxEventBatchSize,
        maxWaitTimeInSeconds: POSITION_WAIT_SECONDS,
        prefetchCount: options.prefetchCount,
        skipParsingBodyAsJson: true,
      });
    }),
  );
  return {
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(subscriptions.map((subscription) => subscription.close()));
    },
  };
}

function createWorker(
  { client, consumerGroup, target, options, checkpoints, invoker, logger }: ListenerContext,
  partitionId: string,
  signal: AbortSignal,
) {
  const context: PartitionContext = {
    FullyQualifiedNamespace: client.fullyQualifiedNamespace,
    EventHubName: client.eventHubName,
    ConsumerGroup: consumerGroup,
    PartitionId: partitionId,
  };
  let batches = 0;

  async function run(events: readonly ReceivedEventData[]): Promise<void> {
    const requests =
      target.trigger.cardinality === 'many'
        ? [batchRequest(target.trigger, events, context)]
        : events.map((event) => singleRequest(target.trigger, event, context));
    for (const request of requests) {
      const reason = { reason: `events from ${context.EventHubName}, partition ${partitionId}` };
      const outcome = await runWithRetry(
        target.retry,
        (more) => invoker.run(target, { ...request, ...more }, reason),
        signal,
      );
      if (!outcome.ok && signal.aborted) return;
    }
    batches += 1;
    const last = events.at(-1);
    if (last && batches % options.batchCheckpointFrequency === 0)
      await checkpoints.write(partitionId, { sequenceNumber: last.sequenceNumber });
  }

  return {
    processEvents: async (events: ReceivedEventData[]) => {
      if (events.length > 0 && !signal.aborted) await invoker.hold(run(events));
    },
    processError: async (error: Error) =>
      logger({
        level: 'warning',
        category: 'Host.EventHubs',
        functionName: target.name,
        message: `Event Hubs failed, retrying: ${errorMessage(error)}`,
      }),
  };
}
