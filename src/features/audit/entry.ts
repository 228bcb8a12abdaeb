import { randomUUID } from 'node:crypto';
import type { AuditedCall } from '#http/ports.ts';
import type { Link } from './chain.ts';
import { redact, redactText } from './redact.ts';
import type { AuditEntry } from './schema.ts';

/** An entry before it has its place in the chain. */
export type EntryContent = Omit<AuditEntry, 'seq' | 'time' | 'previous_hash' | 'hash'>;

const MAX_TEXT = 500;
const NOBODY = { id: 'anonymous', kind: 'anonymous', name: 'anonymous' } as const;

/** A call as the log keeps it: no secret, nothing too long. */
export function toContent(call: AuditedCall, more?: { repeated: number }): EntryContent {
  const { caller = NOBODY, route, origin, status } = call;
  return {
    id: randomUUID(),
    actor: { id: caller.id, kind: caller.kind, name: shorten(caller.name) },
    action: route.name,
    method: route.method,
    path: shorten(origin.path),
    outcome: outcomeOf(status),
    status,
    ...(call.reason !== undefined && { reason: shorten(call.reason) }),
    source: {
      address: origin.address ?? null,
      user_agent: origin.userAgent ? shorten(origin.userAgent) : null,
    },
    correlation_id: origin.correlationId,
    ...(more && { repeated: more.repeated }),
    ...given('params', call.params),
    ...given('request', call.body),
    ...given('before', call.before),
    ...given('after', call.after),
  };
}

/** The JSON that is hashed and stored. */
export function toJson(content: EntryContent, place: { seq: number; time: string }): string {
  return JSON.stringify({ ...place, ...content });
}

export function toEntry({ json, previous, hash }: Link): AuditEntry {
  const content = JSON.parse(json) as Omit<AuditEntry, 'previous_hash' | 'hash'>;
  return { ...content, previous_hash: previous, hash };
}

function outcomeOf(status: number): AuditEntry['outcome'] {
  if (status === 401 || status === 403) return 'refused';
  return status < 400 ? 'success' : 'failure';
}

function given(name: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [name]: redact(value) };
}

function shorten(text: string): string {
  return redactText(text).slice(0, MAX_TEXT).toWellFormed();
}
