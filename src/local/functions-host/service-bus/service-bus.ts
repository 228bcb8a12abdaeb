import { type AppSettings, resolvePlaceholders } from '../app-settings.ts';
import { type HostFunction, isTriggeredBy, type NamedBinding } from '../functions.ts';
import type { HostJson } from '../host-json.ts';
import type { Invoker } from '../invoker.ts';
import { errorMessage, type Logger } from '../log.ts';
import { textOr } from '../text.ts';
import { createServiceBusClients } from './clients.ts';
import { type ListenerContext, type ServiceBusListener, startListener } from './listener.ts';
import { readServiceBusOptions, type ServiceBusOptions } from './options.ts';

export type ServiceBus = {
  start(): void;
  /** Takes no more messages. */
  stop(): Promise<void>;
  /** Abandons what is still held and disconnects. */
  close(): Promise<void>;
};

/** The Service Bus functions; a missing connection or queue name adds a line to `problems`. */
export function createServiceBus(
  context: {
    readonly functions: readonly HostFunction[];
    readonly settings: AppSettings;
    readonly hostJson: HostJson;
    readonly invoker: Invoker;
    readonly logger: Logger;
  },
  problems: string[],
): ServiceBus {
  const { settings, logger } = context;
  const clients = createServiceBusClients(settings);
  const options = readServiceBusOptions(context.hostJson);
  const starting: Promise<ServiceBusListener>[] = [];
  const targets = context.functions
    .filter((one) => isTriggeredBy(one, 'servicebustrigger'))
    .flatMap((target) => {
      try {
        const problem = clients.check(connectionOf(target.trigger));
        if (problem) throw new Error(problem);
        return [{ target, entity: entityOf(target.trigger, settings) }];
      } catch (error) {
        problems.push(`Function '${target.name}': ${errorMessage(error)}.`);
        return [];
      }
    });

  async function begin(target: HostFunction, entity: ListenerContext['entity']): Promise<ServiceBusListener> {
    const client = await clients.get(connectionOf(target.trigger));
    const autoComplete = autoCompleteOf(target.trigger, options);
    return startListener({ ...context, client, entity, options, autoComplete, target });
  }

  return {
    start: () => {
      for (const { target, entity } of targets) {
        const listener = begin(target, entity);
        starting.push(listener);
        listener.catch((error: unknown) =>
          logger({
            level: 'error',
            category: 'Host.ServiceBus',
            message: `${target.name} cannot listen`,
            error,
          }),
        );
      }
    },
    stop: async () => forEachStarted(starting, (listener) => listener.stop()),
    close: async () => {
      await forEachStarted(starting, (listener) => listener.close());
      await clients.close();
    },
  };
}

async function forEachStarted(
  starting: readonly Promise<ServiceBusListener>[],
  action: (listener: ServiceBusListener) => Promise<void>,
): Promise<void> {
  const started = await Promise.allSettled(starting);
  await Promise.allSettled(
    started.flatMap((result) => (result.status === 'fulfilled' ? [action(result.value)] : [])),
  );
}

function connectionOf(trigger: NamedBinding): string {
  return textOr(trigger.connection, '');
}

function autoCompleteOf(trigger: NamedBinding, options: ServiceBusOptions): boolean {
  const own = trigger.autoCompleteMessages;
  return typeof own === 'boolean' ? own : options.autoCompleteMessages;
}

function entityOf(trigger: NamedBinding, settings: AppSettings): ListenerContext['entity'] {
  const text = (name: string) => resolvePlaceholders(textOr(trigger[name], ''), settings);
  const queue = text('queueName');
  if (queue) return { queue, label: queue };
  const [topic, subscription] = [text('topicName'), text('subscriptionName')];
  if (!topic || !subscription)
    throw new Error('its Service Bus trigger names no queue, nor a topic and subscription');
  return { topic, subscription, label: `${topic}/${subscription}` };
}
