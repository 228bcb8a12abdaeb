import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ServiceBusClient, type ServiceBusReceiver } from '@azure/service-bus';
import { RefreshMessage, SyncMessage } from '#features/discovery/index.ts';
import type { Role } from '#http/role.ts';
import { startServiceBus } from '#local/service-bus/index.ts';
import { queues } from '../../src/declarations.ts';
import { createServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';

const QUIET_POLLS = 3;
const POLL_MS = 100;

export type Product = Awaited<ReturnType<typeof startProduct>>;

/**
 * The product in this process: its services, workers on its queues as the host would run them, and a webhook for
 * Event Grid. `environment` is what the app would be started with; the broker is its own.
 */
export async function startProduct(environment: Readonly<Record<string, string>>) {
  const broker = await startServiceBus({ port: 0, dataDir: undefined, queues });
  const settings = readSettings({
    LOG_LEVEL: 'error',
    RATE_LIMIT_PER_MINUTE: '1000000',
    TENANT_RATE_LIMIT_PER_MINUTE: '1000000',
    ...environment,
    ServiceBus: broker.connectionString,
  });
  const services = createServices(settings);
  await services.prepare();
  const keys = new Map<Role, string>();
  const client = new ServiceBusClient(broker.connectionString);
  work(client.createReceiver('sync'), (body) => services.discovery.syncSubscription(SyncMessage.parse(body)));
  work(client.createReceiver('refresh'), (body) => services.discovery.refresh(RefreshMessage.parse(body)));
  const webhook = await listen(services);

  async function keyOf(role: Role): Promise<string> {
    const known = keys.get(role);
    if (known) return known;
    const key = await services.identity.createKey({ tenantId: settings.TENANT_ID, role, name: role });
    keys.set(role, key);
    return key;
  }

  async function call(method: string, path: string): Promise<{ status: number; body: unknown }> {
    const headers = { authorization: `Bearer ${await keyOf('owner')}` };
    const request = new Request(`http://product${path}`, { method, headers });
    const response = await services.api.handle(request, () => undefined);
    return { status: response.status, body: await response.json() };
  }

  return {
    services,
    webhookUrl: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/`,
    keyOf,
    call,
    /** Resolves when nothing waits on the queues, and nothing is being worked on. */
    async quiet(isBusyElsewhere: () => Promise<boolean> = async () => false): Promise<void> {
      for (let polls = 0; polls < QUIET_POLLS; ) {
        const isWorking = broker.counts().some(({ name, active }) => name !== 'events' && active > 0);
        const isQuiet = !isWorking && !(await isBusyElsewhere());
        polls = isQuiet ? polls + 1 : 0;
        await pause(POLL_MS);
      }
      await services.publisher.flush();
    },
    /** From here on, messages stay on the queues. */
    stopWorkers: () => client.close(),
    async stop(): Promise<void> {
      webhook.closeAllConnections();
      webhook.close();
      await client.close();
      await services.queues.close();
      await broker.close();
    },
  };
}

function work(receiver: ServiceBusReceiver, run: (body: unknown) => Promise<void>): void {
  receiver.subscribe(
    { processMessage: ({ body }) => run(body), processError: async () => undefined },
    { autoCompleteMessages: true, maxConcurrentCalls: 8 },
  );
}

/** Answers Event Grid as the host does: the handshake, and deliveries once each event is on a queue. */
async function listen({ discovery }: Services): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(request, discovery).then(
      (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}

async function answer(request: IncomingMessage, discovery: Services['discovery']): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const events = JSON.parse(Buffer.concat(chunks).toString()) as { data: { validationCode?: string } }[];
  if (request.headers['aeg-event-type'] === 'SubscriptionValidation')
    return { validationResponse: events[0]?.data.validationCode };
  await discovery.acceptEvents(events);
  return {};
}
