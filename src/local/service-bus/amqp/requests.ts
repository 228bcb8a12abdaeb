import rhea, { type Connection, type EventContext, type Receiver, type Sender } from 'rhea';
import { whenGone } from './lifetime.ts';
import { settleAccepted } from './rhea.ts';

export type Request = {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly body: unknown;
};

export type Response = {
  readonly properties: Record<string, unknown>;
  readonly body?: unknown;
};

export type Handler = (request: Request, reply: (response: Response) => void) => void;

/** The links on which answers go out, by connection and by the names that requests give as `reply-to`. */
export class ReplyLinks {
  private readonly byConnection = new WeakMap<Connection, Map<string, Sender>>();

  add(sender: Sender): void {
    const links = this.byConnection.get(sender.connection) ?? new Map<string, Sender>();
    this.byConnection.set(sender.connection, links);
    const names = namesOf(sender);
    for (const name of names) links.set(name, sender);
    whenGone(sender, () => {
      for (const name of names) if (links.get(name) === sender) links.delete(name);
    });
  }

  find(connection: Connection, replyTo: string): Sender | undefined {
    return this.byConnection.get(connection)?.get(replyTo);
  }
}

/** Answers every request on a link: AMQP management, section 2.1 (request/response). */
export function serveRequests(receiver: Receiver, links: ReplyLinks, handler: Handler): void {
  receiver.add_credit(100);
  receiver.on('message', (context: EventContext) => {
    const encoded: unknown = context.message;
    if (context.delivery === undefined || !Buffer.isBuffer(encoded)) return;
    settleAccepted(context.delivery);
    receiver.add_credit(1);
    const message = rhea.message.decode(encoded);
    const request = { properties: Object(message.application_properties), body: message.body };
    handler(request, (response) => {
      links.find(receiver.connection, String(message.reply_to))?.send({
        correlation_id: message.message_id,
        application_properties: response.properties,
        body: response.body ?? null,
      });
    });
  });
}

/** The management client names the address of its receiver, the claims client only the link. */
function namesOf(sender: Sender): string[] {
  const address: unknown = sender.target?.address;
  return typeof address === 'string' ? [sender.name, address] : [sender.name];
}
