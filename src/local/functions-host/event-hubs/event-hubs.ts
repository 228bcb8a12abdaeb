import { setTimeout as delay } from 'node:timers/promises';
import type { EventHubConsumerClient } from '@azure/event-hubs';
import { type AppSettings, type Connection, findConnection, resolvePlaceholders } from '../app-settings.ts';
import { type HostFunction, isTriggeredBy, type NamedBinding } from '../functions.ts';
import type { HostJson } from '../host-json.ts';
import type { Invoker } from '../invoker.ts';
import { errorMessage, type Logger } from '../log.ts';
import { textOr } from '../text.ts';
import { createCheckpoints } from './checkpoints.ts';
import { type EventHubListener, startEventHubListener } from './listener.ts';
import { readEventHubsOptions } from './options.ts';

export type EventHubs = {
  start(): void;
  /** Takes no more events. */
  stop(): Promise<void>;
  close(): Promise<void>;
};

type Source = { readonly hub: string; readonly consumerGroup: string; readonly connection: Connection };
type Listening = { readonly client: EventHubConsumerClient; readonly listener: EventHubListener };

const AGAIN_MS = 2_000;
const retryOptions = { maxRetries: 3, retryDelayInMs: 250, maxRetryDelayInMs: 2_000, timeoutInMs: 60_000 };

/** The Event Hubs functions; a missing connection or hub adds a line to `problems`. */
export function createEventHubs(
  context: {
    readonly functions: readonly HostFunction[];
    readonly settings: AppSettings;
    readonly hostJson: HostJson;
    readonly dataDir: string;
    readonly invoker: Invoker;
    readonly logger: Logger;
  },
  problems: string[],
): EventHubs {
  const { settings, dataDir, invoker, logger } = context;
  const options = readEventHubsOptions(context.hostJson);
  const stopping = new AbortController();
  const targets = context.functions
    .filter((one) => isTriggeredBy(one, 'eventhubtrigger'))
    .flatMap((target) => {
      try {
        return [{ target, source: sourceOf(target.trigger, settings) }];
      } catch (error) {
        problems.push(`Function '${target.name}': ${errorMessage(error)}.`);
        return [];
      }
    });
  const listening: Promise<Listening | undefined>[] = [];

  /** Until the hub answers, or the host stops. */
  async function listen(target: HostFunction, source: Source): Promise<Listening | undefined> {
    const checkpoints = createCheckpoints(dataDir, [source.hub, source.consumerGroup]);
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      const client = await openClient(source);
      try {
        const { consumerGroup } = source;
        const own = { client, consumerGroup, target, options, checkpoints, invoker, logger };
        return { client, listener: await startEventHubListener(own) };
      } catch (error) {
        await client.close();
        const message = `${target.name} cannot listen, retrying`;
        const level = attempt === 1 ? 'warning' : 'debug';
        logger({ level, category: 'Host.EventHubs', functionName: target.name, message, error });
        await delay(AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  return {
    start: () => {
      for (const { target, source } of targets) listening.push(listen(target, source));
    },
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(listening.map(async (one) => (await one)?.listener.stop()));
    },
    close: async () => {
      await Promise.allSettled(listening.map(async (one) => (await one)?.client.close()));
    },
  };
}

/** @throws Error that says what to set */
function sourceOf(trigger: NamedBinding, settings: AppSettings): Source {
  const text = (name: string) => resolvePlaceholders(textOr(trigger[name], ''), settings);
  const name = textOr(trigger.connection, '');
  const connection = findConnection(name, settings);
  const isUsable =
    connection?.kind === 'connectionString' || connection?.section.fullyqualifiednamespace !== undefined;
  if (!connection || !isUsable)
    throw new Error(
      `the Event Hubs connection '${name}' is missing: set ${name} to a connection string or ${name}__fullyQualifiedNamespace`,
    );
  const hub = text('eventHubName');
  if (!hub) throw new Error('its Event Hubs trigger names no event hub');
  return { hub, consumerGroup: text('consumerGroup') || '$Default', connection };
}

async function openClient({ hub, consumerGroup, connection }: Source): Promise<EventHubConsumerClient> {
  const { EventHubConsumerClient: Client } = await import('@azure/event-hubs');
  if (connection.kind === 'connectionString')
    return new Client(consumerGroup, connection.value, hub, { retryOptions });
  const { DefaultAzureCredential } = await import('@azure/identity');
  const { clientid: managedIdentityClientId, fullyqualifiednamespace = '' } = connection.section;
  const credential = new DefaultAzureCredential(managedIdentityClientId ? { managedIdentityClientId } : {});
  return new Client(consumerGroup, fullyqualifiednamespace, hub, credential, { retryOptions });
}
