import type { ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { type AppSettings, resolvePlaceholders } from '../app-settings.ts';
import type { NamedBinding } from '../functions.ts';
import { createServiceBusClients } from '../service-bus/clients.ts';
import { textOr } from '../text.ts';
import { itemsOf, type OutputKind } from './output.ts';

/**
 * Sends to a queue or topic: one message per item of an array, else one; content types as the extension sets them.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-output
 */
export function createServiceBusOutput(settings: AppSettings): OutputKind {
  const clients = createServiceBusClients(settings);
  const senders = new Map<string, Promise<ServiceBusSender>>();
  const connectionOf = (binding: NamedBinding) => textOr(binding.connection, '');
  const entityOf = (binding: NamedBinding) =>
    resolvePlaceholders(textOr(binding.queueName, '') || textOr(binding.topicName, ''), settings);

  function senderOf(binding: NamedBinding): Promise<ServiceBusSender> {
    const key = `${connectionOf(binding)}/${entityOf(binding)}`;
    let sender = senders.get(key);
    if (!sender) {
      sender = clients.get(connectionOf(binding)).then((client) => client.createSender(entityOf(binding)));
      senders.set(key, sender);
    }
    return sender;
  }

  return {
    type: 'servicebus',
    check: (binding) =>
      entityOf(binding) === '' ? 'the output names no queue or topic' : clients.check(connectionOf(binding)),
    write: async (binding, data) => {
      for (const item of itemsOf(data)) {
        const sender = await senderOf(binding);
        await sender.sendMessages(toMessage(item));
      }
    },
    close: () => clients.close(),
  };
}

export function toMessage(item: unknown): ServiceBusMessage {
  if (item instanceof Uint8Array) return { body: Buffer.from(item), contentType: 'application/octet-stream' };
  if (typeof item === 'string') return { body: Buffer.from(item), contentType: 'text/plain' };
  return { body: Buffer.from(JSON.stringify(item)), contentType: 'application/json' };
}
