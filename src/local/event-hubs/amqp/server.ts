import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import rhea, { type EventContext, type Receiver, type Sender } from 'rhea';
import { acknowledgeAtOnce } from '#local/service-bus/amqp/acknowledgement.ts';
import { type Handler, ReplyLinks, serveRequests } from '#local/service-bus/amqp/requests.ts';
import { keepTransfersEncoded } from '#local/service-bus/amqp/rhea.ts';
import { SILENCED, trackSockets } from '#local/service-bus/amqp/server.ts';
import { type Address, parseAddress } from '../address.ts';
import type { Hub } from '../hub.ts';
import { deliverEvents, MAX_TRANSFER, receiveEvents } from './links.ts';
import { createManagement } from './management.ts';
import { startOf } from './position.ts';

const CLAIMS = '$cbs';
const SELECTOR = 'apache.org:selector-filter:string';
const LISTEN = {
  host: '127.0.0.1',
  max_frame_size: 64 * 1024,
  session_buffer_size: { incoming: 2_048, outgoing: 65_536 },
  receiver_options: { credit_window: 0, autoaccept: false, max_message_size: MAX_TRANSFER },
};
const NOT_FOUND = {
  condition: 'amqp:not-found',
  description: 'The messaging entity could not be found.',
};
const NOT_UNDERSTOOD = { condition: 'amqp:invalid-field', description: 'The filter is not understood.' };

export type AmqpServer = { readonly port: number; close(): Promise<void> };

/** Listens on the loopback address; rejects when the port is taken. */
export async function listen(hubs: ReadonlyMap<string, Hub>, port: number): Promise<AmqpServer> {
  const container = rhea.create_container();
  const replies = new ReplyLinks();
  const find = ({ hub }: Address) => hubs.get(hub);
  for (const event of [...SILENCED, 'disconnected']) container.on(event, () => {});
  container.on('connection_open', ({ connection }: EventContext) => {
    connection.setMaxListeners(0);
    acknowledgeAtOnce(connection);
  });
  container.on('session_open', ({ session }: EventContext) => {
    if (session === undefined) return;
    session.setMaxListeners(0);
    keepTransfersEncoded(session);
  });
  container.on('receiver_open', ({ receiver }: EventContext) => {
    if (receiver !== undefined) openReceiver(receiver);
  });
  container.on('sender_open', ({ sender }: EventContext) => {
    if (sender !== undefined) openSender(sender);
  });

  function openReceiver(receiver: Receiver): void {
    const name = receiver.target?.address ?? '';
    const address = parseAddress(name);
    const hub = find(address);
    receiver.set_target({ address: name });
    if (name === CLAIMS) serveRequests(receiver, replies, createClaims(hubs));
    else if (address.management) serveRequests(receiver, replies, createManagement(hubs));
    else if (hub === undefined || !hasPartition(hub, address)) receiver.close(NOT_FOUND);
    else
      receiveEvents(receiver, hub, address.partition === undefined ? undefined : Number(address.partition));
  }

  function openSender(sender: Sender): void {
    const name = sender.source?.address ?? '';
    const address = parseAddress(name);
    const hub = find(address);
    const partition = Number(address.partition);
    const isReadable = hub !== undefined && address.consumerGroup !== undefined && hasPartition(hub, address);
    const from = isReadable ? startOf(filterOf(sender), hub, partition) : undefined;
    sender.set_source({ address: name });
    if (name === CLAIMS || address.management) replies.add(sender);
    else if (!isReadable) sender.close(NOT_FOUND);
    else if (from === undefined) sender.close(NOT_UNDERSTOOD);
    else deliverEvents(sender, hub, { partition, from });
  }

  const server = container.listen({ ...LISTEN, port });
  const sockets = trackSockets(server);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Any token will do; a hub that there is not is refused here already. */
function createClaims(hubs: ReadonlyMap<string, Hub>): Handler {
  return function putToken({ properties }, reply) {
    const { hub } = parseAddress(String(properties.name));
    const isKnown = hubs.has(hub);
    reply({
      properties: {
        'status-code': isKnown ? 202 : 404,
        'status-description': isKnown ? 'Accepted' : `The messaging entity '${hub}' could not be found.`,
      },
    });
  };
}

function hasPartition(hub: Hub, { partition }: Address): boolean {
  return partition === undefined || hub.partitionIds.includes(partition);
}

function filterOf(sender: Sender): string | undefined {
  const filter = (sender.source as { filter?: Record<string, unknown> }).filter?.[SELECTOR];
  const value = typeof filter === 'object' && filter !== null && 'value' in filter ? filter.value : filter;
  return typeof value === 'string' ? value : undefined;
}
