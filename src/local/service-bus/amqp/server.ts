import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import rhea, { type EventContext, type Receiver, type Sender } from 'rhea';
import { parseAddress } from '../address.ts';
import type { Broker } from '../broker/broker.ts';
import type { Entity } from '../broker/entity.ts';
import type { SessionLock } from '../queue/sessions.ts';
import { acknowledgeAtOnce } from './acknowledgement.ts';
import { createClaims } from './claims.ts';
import { errorOf } from './errors.ts';
import { whenGone } from './lifetime.ts';
import { createManagement } from './management.ts';
import { MAX_MESSAGE_SIZE, receiveTransfers } from './receiving.ts';
import { ReplyLinks, serveRequests } from './requests.ts';
import { adoptSettleModes, keepTransfersEncoded } from './rhea.ts';
import { SendingLink } from './sending.ts';
import { acceptSession, refuse, requestedSession } from './session-acceptance.ts';

const CLAIMS = '$cbs';
const LISTEN = {
  host: '127.0.0.1',
  max_frame_size: 64 * 1024,
  session_buffer_size: { incoming: 2_048, outgoing: 65_536 },
  receiver_options: { credit_window: 0, autoaccept: false, max_message_size: MAX_MESSAGE_SIZE },
};
/** rhea throws for events that nobody listens to; what they report, the links see as closed. */
export const SILENCED = [
  'error',
  'protocol_error',
  'connection_error',
  'session_error',
  'sender_error',
  'receiver_error',
];

export type AmqpServer = { readonly port: number; close(): Promise<void> };

/** Listens on the loopback address; rejects when the port is taken. */
export async function listen(broker: Broker, port: number): Promise<AmqpServer> {
  const container = rhea.create_container({ treat_modified_as_released: false });
  const replies = new ReplyLinks();
  const claims = createClaims(broker);
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
    if (sender !== undefined) openSender(sender, broker, replies);
  });

  function openReceiver(receiver: Receiver): void {
    const name = receiver.target?.address ?? '';
    const address = parseAddress(name);
    const entity = broker.find(address);
    if (name !== CLAIMS && entity === undefined) {
      receiver.close(errorOf('entityNotFound'));
      return;
    }
    receiver.set_target({ address: name });
    if (entity === undefined) serveRequests(receiver, replies, claims);
    else if (address.management) serveRequests(receiver, replies, createManagement(entity, broker));
    else receiveTransfers(receiver, entity, broker);
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

function openSender(sender: Sender, broker: Broker, replies: ReplyLinks): void {
  const name = sender.source?.address ?? '';
  const address = parseAddress(name);
  const entity = broker.find(address);
  if (name === CLAIMS || (address.management && entity !== undefined)) {
    sender.set_source({ address: name });
    replies.add(sender);
    return;
  }
  if (entity === undefined) {
    refuse(sender, 'entityNotFound');
    return;
  }
  adoptSettleModes(sender);
  sender.set_source({ address: name });
  const sessionId = requestedSession(sender);
  if ((sessionId !== undefined) !== entity.queue.rules.requiresSession) {
    refuse(sender, 'sessionUnsupported');
    return;
  }
  if (sessionId === undefined) consume(sender, { entity, broker, lock: undefined });
  else
    acceptSession(
      { sender, entity, broker, accepted: (lock) => consume(sender, { entity, broker, lock }) },
      sessionId,
    );
}

/** Locks of messages outlive the link, the lock of a session does not. */
function consume(
  sender: Sender,
  options: { entity: Entity; broker: Broker; lock: SessionLock | undefined },
): void {
  const { entity, broker, lock } = options;
  const link = new SendingLink(sender, { entity, broker, sessionId: lock?.sessionId });
  entity.addConsumer(link);
  function leave(): void {
    entity.removeConsumer(link);
    if (lock === undefined) return;
    entity.removeHolder(lock.holder);
    entity.queue.releaseSession(lock);
    broker.touch(entity);
  }
  whenGone(sender, leave);
  broker.touch(entity);
}

/** The open connections of a server, each without delay for small writes. */
export function trackSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}
