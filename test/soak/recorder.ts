import { setTimeout as pause } from 'node:timers/promises';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import type { CloudEvent } from '#features/events/index.ts';

/** An event as it came off the queue, and how often. */
export type Recorded = {
  readonly event: CloudEvent;
  readonly times: number;
  readonly isAlwaysTheSame: boolean;
};

/** Takes every message off the `events` queue, through broken connections and dead brokers. */
export class Recorder {
  readonly events = new Map<string, Recorded>();
  readonly #connectionString: string;
  #isStopped = false;
  #running: Promise<void> | undefined;

  constructor(connectionString: string) {
    this.#connectionString = connectionString;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const client = new ServiceBusClient(this.#connectionString, { retryOptions: { maxRetries: 0 } });
      try {
        await this.#receive(client);
      } catch {
        await pause(200);
      }
      await client.close().catch(() => undefined);
    }
  }

  /** Notes a message before it completes it: what is not completed comes again. */
  async #receive(client: ServiceBusClient): Promise<void> {
    const receiver = client.createReceiver('events');
    while (!this.#isStopped) {
      const messages = await receiver.receiveMessages(100, { maxWaitTimeInMs: 1000 });
      for (const message of messages) this.#note(message);
      await Promise.all(messages.map((message) => receiver.completeMessage(message)));
    }
  }

  #note({ body }: ServiceBusReceivedMessage): void {
    for (const event of body as CloudEvent[]) {
      const before = this.events.get(event.id);
      const isSame = !before || JSON.stringify(before.event) === JSON.stringify(event);
      this.events.set(event.id, {
        event,
        times: (before?.times ?? 0) + 1,
        isAlwaysTheSame: isSame && (before?.isAlwaysTheSame ?? true),
      });
    }
  }
}
