import { ConnectorMessage, connectorsQueue } from '#features/connectors/index.ts';
import { SyncMessage, syncQueue } from '#features/discovery/index.ts';
import { eventsQueue } from '#features/events/index.ts';
import { AlertMessage, alertsQueue } from '#features/security/index.ts';
import { type AzureOptions, startAzure } from '#local/azure/index.ts';
import { createServices } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { callApi } from '../support/api.ts';
import { drain } from '../support/drain.ts';
import { startEmulators } from '../support/emulators.ts';

export type World = Awaited<ReturnType<typeof startWorld>>;
type Options = {
  readonly azure?: Partial<AzureOptions>;
  readonly environment?: Readonly<Record<string, string>>;
};

/** The product over a simulator, in this process; queues are worked off when a test says so. */
export async function startWorld({ azure, environment }: Options = {}) {
  const [emulators, simulator] = await Promise.all([
    startEmulators(),
    startAzure({ port: 0, dataDir: undefined, estateSize: 400, seed: 5, drift: 0, ...azure }),
  ]);
  const settings = readSettings({
    LOG_LEVEL: 'error',
    TENANT_ID: simulator.tenantId,
    AZURE_RESOURCE_MANAGER_ENDPOINT: simulator.url,
    AZURE_WRITER_CLIENT_ID: '00000000-0000-4000-8000-000000000000',
    ...emulators.environment,
    ...environment,
  });
  const services = createServices(settings);
  const bus = emulators.environment.ServiceBus;
  const tenantId = simulator.tenantId;
  const key = await services.identity.createKey({ tenantId, role: 'owner', name: 'test' });
  await services.discovery.startSync(tenantId);
  await drain(bus, syncQueue, (body) => services.discovery.syncSubscription(SyncMessage.parse(body)));

  return {
    services,
    simulator,
    tenantId,
    emulators,
    bus,
    call: (target: string, body?: unknown) => callApi(services, target, { key, body }),
    /** Reads a source in every subscription, to its end. */
    async read(source: string) {
      await services.connectors.start(tenantId, source);
      await drain(bus, connectorsQueue, (body) => services.connectors.run(ConnectorMessage.parse(body)));
    },
    /** Hands on what was raised, and lets every processor work. */
    async process() {
      await drain(bus, eventsQueue, (body) => services.security.alerts.acceptEvents(body as unknown[]));
      return drain(bus, alertsQueue, (body) => services.security.alerts.process(AlertMessage.parse(body)));
    },
    async stop() {
      await services.queues.close();
      await Promise.all([simulator.close(), emulators.stop()]);
    },
  };
}
