import type { ServiceBusClient, ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import type { AzureCredential } from './credential.ts';
import { correlationId } from './log.ts';
import { traced, traceparent } from './telemetry.ts';

/**
 * A Service Bus queue as it is declared once: the emulator, the Bicep check and the docs all read this.
 * Property names follow `Microsoft.ServiceBus/namespaces/queues`; durations are in seconds here.
 */
export type QueueDeclaration = {
  readonly name: string;
  /** What travels on it, in one sentence. */
  readonly description: string;
  readonly lockDurationSeconds: number;
  readonly maxDeliveryCount: number;
  readonly defaultMessageTimeToLiveSeconds: number;
  readonly deadLetteringOnMessageExpiration: boolean;
  /** Absent = no duplicate detection. */
  readonly duplicateDetectionWindowSeconds?: number;
  readonly requiresSession?: boolean;
  readonly maxSizeInMegabytes: number;
};

export type OutgoingMessage = {
  readonly body: unknown;
  /** Stable, so that duplicate detection drops a message that is sent again. */
  readonly messageId: string;
  readonly contentType?: string;
  readonly tenantId: string;
  readonly notBefore?: Date;
  /** Of what caused it; else those of the work at hand. */
  readonly correlationId?: string | undefined;
  readonly traceparent?: string | undefined;
};

/** Sends to the queues of one Service Bus namespace; the client is made at the first send and kept. */
export class Queues {
  readonly #connect: () => Promise<ServiceBusClient>;
  #client: Promise<ServiceBusClient> | undefined;
  readonly #senders = new Map<string, ServiceBusSender>();

  constructor(options: QueuesOptions) {
    this.#connect = () => connect(options);
  }

  /** Resolves when the broker has confirmed every message. */
  send(queue: QueueDeclaration, messages: readonly OutgoingMessage[]): Promise<void> {
    const attributes = {
      'messaging.destination.name': queue.name,
      'messaging.batch.message_count': messages.length,
    };
    return traced(`send ${queue.name}`, { kind: 'producer', attributes }, () => this.#send(queue, messages));
  }

  async #send(queue: QueueDeclaration, messages: readonly OutgoingMessage[]): Promise<void> {
    const sender = await this.#sender(queue.name);
    let batch = await sender.createMessageBatch();
    for (const message of messages.map(toServiceBusMessage)) {
      if (batch.tryAddMessage(message)) continue;
      if (batch.count > 0) await sender.sendMessages(batch);
      batch = await sender.createMessageBatch();
      if (!batch.tryAddMessage(message)) await sender.sendMessages(message);
    }
    if (batch.count > 0) await sender.sendMessages(batch);
  }

  /** Resolves when a link to the queue opens; rejects with the broker's error. */
  async ping(queue: QueueDeclaration): Promise<void> {
    await (await this.#sender(queue.name)).createMessageBatch();
  }

  /** How many dead letters a look finds, at most 32; takes none. Rejects with the broker's error. */
  async countDeadLetters(queue: QueueDeclaration): Promise<number> {
    this.#client ??= this.#connect();
    const receiver = (await this.#client).createReceiver(queue.name, { subQueueType: 'deadLetter' });
    try {
      return (await receiver.peekMessages(32)).length;
    } finally {
      await receiver.close();
    }
  }

  async close(): Promise<void> {
    await (await this.#client)?.close();
  }

  async #sender(name: string): Promise<ServiceBusSender> {
    this.#client ??= this.#connect();
    const client = await this.#client;
    const sender = this.#senders.get(name) ?? client.createSender(name);
    this.#senders.set(name, sender);
    return sender;
  }
}

export type QueuesOptions = {
  readonly connectionString?: string | undefined;
  readonly namespace?: string | undefined;
  readonly credential?: AzureCredential | undefined;
};

async function connect(options: QueuesOptions): Promise<ServiceBusClient> {
  const { ServiceBusClient } = await import('@azure/service-bus');
  // By default a send on a connection that broke waits a minute, and half of one before it is tried again.
  const retryOptions = { timeoutInMs: 10_000, maxRetries: 5, retryDelayInMs: 250, maxRetryDelayInMs: 4_000 };
  if (options.connectionString) return new ServiceBusClient(options.connectionString, { retryOptions });
  if (!options.namespace || !options.credential) {
    throw new TypeError('a Service Bus namespace and a credential are required');
  }
  return new ServiceBusClient(options.namespace, options.credential, { retryOptions });
}

function toServiceBusMessage(message: OutgoingMessage): ServiceBusMessage {
  const correlation = message.correlationId ?? correlationId();
  const parent = message.traceparent ?? traceparent();
  return {
    body: message.body,
    messageId: message.messageId,
    contentType: message.contentType ?? 'application/json',
    ...(correlation && { correlationId: correlation }),
    ...(message.notBefore && { scheduledEnqueueTimeUtc: message.notBefore }),
    applicationProperties: { tenantId: message.tenantId, ...(parent && { traceparent: parent }) },
  };
}
