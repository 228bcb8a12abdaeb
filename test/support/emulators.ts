import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import type { CloudEvent } from '#features/events/index.ts';
import type { Child } from '#local/child.ts';
import { startServiceBus } from '#local/service-bus/index.ts';
import { startAzurite } from '#local/stack.ts';
import { Blobs } from '#platform/blobs.ts';
import { Queues } from '#platform/queues.ts';
import { Tables } from '#platform/tables.ts';
import { containers, queues, tables } from '../../src/declarations.ts';
import { tempDir } from './tempDir.ts';

/** Real storage and a real broker, empty, on free ports; the tables, containers and queues of the product. */
export async function startEmulators() {
  const dir = tempDir();
  const children: Child[] = [];
  const [storage, serviceBus] = await Promise.all([
    startAzurite({ file: (name) => join(dir, name.replace('/', '-')) }, children),
    startServiceBus({ port: 0, dataDir: undefined, queues }),
  ]);
  const connectionString = storage.STORAGE_CONNECTION_STRING;
  const account = { tables: new Tables({ connectionString }), blobs: new Blobs({ connectionString }) };
  await Promise.all([account.tables.create(tables), account.blobs.create(containers)]);
  const bus = new Queues({ connectionString: serviceBus.connectionString });
  return {
    ...account,
    queues: bus,
    environment: { ...storage, ServiceBus: serviceBus.connectionString },
    /** Events on the `events` queue whose message belongs to a segment. */
    async eventsOf(segment: string): Promise<CloudEvent[]> {
      const client = new ServiceBusClient(serviceBus.connectionString);
      const messages = await client.createReceiver('events').peekMessages(1000);
      await client.close();
      return messages
        .filter(({ messageId }) => String(messageId).includes(segment))
        .flatMap(({ body }) => body as CloudEvent[]);
    },
    async stop() {
      await bus.close();
      await Promise.all([serviceBus.close(), ...children.map((child) => child.stop(200))]);
    },
  };
}

/** A clock that a test moves by hand. */
export function manualClock(start = '2026-01-01T00:00:00.000Z') {
  let time = Date.parse(start);
  return {
    now: () => new Date(time),
    advance(milliseconds: number) {
      time += milliseconds;
    },
  };
}
