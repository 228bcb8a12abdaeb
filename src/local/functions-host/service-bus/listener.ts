import type {
  ServiceBusClient,
  ServiceBusReceiver,
  ServiceBusReceiverOptions,
  ServiceBusSessionReceiver,
} from '@azure/service-bus';
import type { HostFunction } from '../functions.ts';
import type { Invoker } from '../invoker.ts';
import type { Logger } from '../log.ts';
import { startBatchListener } from './batch-listener.ts';
import type { ServiceBusOptions } from './options.ts';
import { startPushListener } from './push-listener.ts';
import { startSessionListener } from './session-listener.ts';

export type ServiceBusListener = {
  /** Takes no more messages. */
  stop(): Promise<void>;
  /** Abandons what is still held and lets go of the links. */
  close(): Promise<void>;
};

export type Entity = { readonly queue: string } | { readonly topic: string; readonly subscription: string };

export type ListenerContext = {
  readonly client: ServiceBusClient;
  readonly entity: Entity & { readonly label: string };
  readonly options: ServiceBusOptions;
  readonly autoComplete: boolean;
  readonly isMany: boolean;
  readonly target: HostFunction;
  readonly invoker: Invoker;
  readonly logger: Logger;
  readonly createReceiver: (client: ServiceBusClient, entity: Entity) => ServiceBusReceiver;
  readonly acceptNextSession: (abortSignal: AbortSignal) => Promise<ServiceBusSessionReceiver>;
};

/** Starts the listener that a trigger asks for: sessions, batches, or one message at a time. */
export function startListener(
  context: Omit<ListenerContext, 'createReceiver' | 'acceptNextSession' | 'isMany'>,
): Promise<ServiceBusListener> {
  const { client, entity, target } = context;
  const receiverOptions: ServiceBusReceiverOptions = {
    receiveMode: 'peekLock',
    skipParsingBodyAsJson: true,
    // The client keeps its renewals by message id, which need not be unique, and past the handler: see lock-keeper.ts.
    maxAutoLockRenewalDurationInMs: 0,
  };
  const full: ListenerContext = {
    ...context,
    isMany: target.trigger.cardinality === 'many',
    createReceiver: () =>
      'queue' in entity
        ? client.createReceiver(entity.queue, receiverOptions)
        : client.createReceiver(entity.topic, entity.subscription, receiverOptions),
    acceptNextSession: (abortSignal) => {
      const options = {
        skipParsingBodyAsJson: true,
        maxAutoLockRenewalDurationInMs: context.options.maxAutoLockRenewalMs,
        abortSignal,
      };
      return 'queue' in entity
        ? client.acceptNextSession(entity.queue, options)
        : client.acceptNextSession(entity.topic, entity.subscription, options);
    },
  };
  if (target.trigger.isSessionsEnabled === true) return startSessionListener(full);
  return full.isMany ? startBatchListener(full) : startPushListener(full);
}
