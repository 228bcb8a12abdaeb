import rhea from 'rhea';
import type { Broker } from '../broker/broker.ts';
import type { Entity } from '../broker/entity.ts';
import type { Incoming, Message, Settlement } from '../queue/message.ts';
import type { ErrorCode } from './errors.ts';
import type { Fields } from './fields.ts';
import { parseMessage } from './incoming.ts';
import { tokenFromUuid, uuidFromToken } from './lock-token.ts';
import { encodeForDelivery } from './outgoing.ts';
import { MAX_MESSAGE_SIZE } from './receiving.ts';

export type Call = {
  readonly entity: Entity;
  readonly broker: Broker;
  readonly now: number;
  readonly fields: Fields;
};

export type Outcome =
  | { readonly ok: true; readonly body?: Record<string, unknown> }
  | { readonly ok: false; readonly code: ErrorCode };

export type Operation = (call: Call) => Outcome;

const LONG = 0x81;
const TIMESTAMP = 0x83;
const BAD_REQUEST: Outcome = { ok: false, code: 'badRequest' };
const SETTLED_BY_SENDER = 0;
/** A response is one message; what does not fit is left for the next peek. */
const MOST_PEEKED_BYTES = 1024 * 1024;

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['com.microsoft:schedule-message', schedule],
  ['com.microsoft:cancel-scheduled-message', cancelScheduled],
  ['com.microsoft:renew-lock', renewLock],
  ['com.microsoft:peek-message', peek],
  ['com.microsoft:receive-by-sequence-number', receiveDeferred],
  ['com.microsoft:update-disposition', updateDisposition],
  ['com.microsoft:renew-session-lock', renewSession],
  ['com.microsoft:get-session-state', getSessionState],
  ['com.microsoft:set-session-state', setSessionState],
  ['com.microsoft:get-message-sessions', listSessions],
]);

function schedule({ entity, fields, now }: Call): Outcome {
  const entries = fields.maps('messages')?.map((entry) => entry.bytes('message'));
  const incoming: Incoming[] = [];
  for (const bytes of entries ?? [undefined]) {
    if (bytes === undefined) return BAD_REQUEST;
    if (bytes.length > MAX_MESSAGE_SIZE) return { ok: false, code: 'messageTooLarge' };
    incoming.push(parseMessage(bytes, now));
  }
  const result = entity.queue.enqueue(incoming, now);
  if (!result.ok) return result;
  return { ok: true, body: { 'sequence-numbers': rhea.types.wrap_array(result.value, LONG, undefined) } };
}

function cancelScheduled({ entity, fields }: Call): Outcome {
  const numbers = fields.numbers('sequence-numbers');
  if (numbers === undefined) return BAD_REQUEST;
  const result = entity.queue.cancelScheduled(numbers);
  return result.ok ? { ok: true, body: {} } : result;
}

function renewLock({ entity, fields, now }: Call): Outcome {
  const tokens = fields.uuids('lock-tokens')?.map(tokenFromUuid);
  if (tokens === undefined) return BAD_REQUEST;
  const expirations: number[] = [];
  for (const token of tokens) {
    const result = entity.queue.renewLock(token, now);
    if (!result.ok) return result;
    expirations.push(result.value);
  }
  return { ok: true, body: { expirations: rhea.types.wrap_array(expirations, TIMESTAMP, undefined) } };
}

function peek({ entity, broker, fields }: Call): Outcome {
  const from = fields.number('from-sequence-number') ?? 0;
  const messages: { message: Buffer }[] = [];
  let bytes = 0;
  for (const message of entity.queue.peek(
    from,
    fields.number('message-count') ?? 1,
    fields.text('session-id'),
  )) {
    const encoded = encodeForDelivery(message, broker.payload(message.id));
    bytes += encoded.length;
    if (bytes > MOST_PEEKED_BYTES && messages.length > 0) break;
    messages.push({ message: encoded });
  }
  return messages.length === 0 ? { ok: true } : { ok: true, body: { messages } };
}

function receiveDeferred({ entity, broker, fields, now }: Call): Outcome {
  const numbers = fields.numbers('sequence-numbers');
  if (numbers === undefined) return BAD_REQUEST;
  const forget = fields.number('receiver-settle-mode') === SETTLED_BY_SENDER;
  const found = entity.queue.findDeferred(numbers, fields.text('session-id'));
  if (!found.ok) return found;
  const payloads = new Map(found.value.map((message) => [message, broker.payload(message.id)]));
  for (const message of found.value) entity.queue.take(message, forget, now);
  return { ok: true, body: { messages: [...payloads].map(asDeferred) } };
}

function asDeferred([message, payload]: [Message, Buffer]) {
  const encoded = { message: encodeForDelivery(message, payload) };
  if (message.lock === undefined) return encoded;
  return { ...encoded, 'lock-token': rhea.types.wrap_uuid(uuidFromToken(message.lock.token)) };
}

function updateDisposition({ entity, fields }: Call): Outcome {
  const tokens = fields.uuids('lock-tokens')?.map(tokenFromUuid);
  const settlement = settlementOf(fields);
  if (tokens === undefined || settlement === undefined) return BAD_REQUEST;
  for (const token of tokens) {
    const result = entity.queue.settle(token, settlement);
    if (!result.ok) return result;
  }
  return { ok: true, body: {} };
}

/** The misspelling is the protocol's. */
function settlementOf(fields: Fields): Settlement | undefined {
  const properties = fields.record('properties-to-modify');
  const status = fields.text('disposition-status');
  if (status === 'completed') return { kind: 'complete' };
  if (status === 'abandoned') return { kind: 'abandon', properties };
  if (status === 'defered') return { kind: 'defer', properties };
  if (status !== 'suspended') return undefined;
  return {
    kind: 'deadLetter',
    properties: {
      ...properties,
      DeadLetterReason: fields.text('deadletter-reason'),
      DeadLetterErrorDescription: fields.text('deadletter-description'),
    },
  };
}

function renewSession({ entity, fields, now }: Call): Outcome {
  const sessionId = fields.text('session-id');
  if (sessionId === undefined) return BAD_REQUEST;
  const result = entity.queue.renewSession(sessionId, now);
  return result.ok ? { ok: true, body: { expiration: new Date(result.value) } } : result;
}

function getSessionState({ entity, fields }: Call): Outcome {
  const sessionId = fields.text('session-id');
  if (sessionId === undefined) return BAD_REQUEST;
  return { ok: true, body: { 'session-state': entity.queue.sessionState(sessionId) ?? null } };
}

function setSessionState({ entity, fields }: Call): Outcome {
  const sessionId = fields.text('session-id');
  if (sessionId === undefined) return BAD_REQUEST;
  const result = entity.queue.setSessionState(sessionId, fields.bytes('session-state'));
  return result.ok ? { ok: true, body: {} } : result;
}

function listSessions({ entity, fields }: Call): Outcome {
  const skip = fields.number('skip') ?? 0;
  const ids = entity.queue.sessionIds().slice(skip, skip + (fields.number('top') ?? 100));
  return ids.length === 0 ? { ok: true } : { ok: true, body: { skip, 'sessions-ids': ids } };
}
