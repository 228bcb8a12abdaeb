import * as z from 'zod';
import type { QueueDeclaration } from '#platform/queues.ts';

/** Attempts, many a message; retries wait here as scheduled messages. */
export const deliveriesQueue: QueueDeclaration = {
  name: 'deliveries',
  description:
    'Attempts to deliver events to webhook endpoints, up to 100 a message; retries wait here as scheduled messages.',
  lockDurationSeconds: 60,
  maxDeliveryCount: 20,
  defaultMessageTimeToLiveSeconds: 14 * 86_400,
  deadLetteringOnMessageExpiration: true,
  duplicateDetectionWindowSeconds: 600,
  maxSizeInMegabytes: 5120,
};

/** What is sent: one event in one style. */
const Sent = z.object({
  /** Key of the event's row. */
  key: z.string(),
  id: z.string(),
  type: z.string(),
  /** When it was fanned out. */
  at: z.string(),
  /** The exact text; where it is too long for a message, it is made from the row. */
  body: z.string().optional(),
  thin: z.boolean().optional(),
  /** Its failure raises no alert: it is one itself. */
  quiet: z.boolean().optional(),
});
export type Sent = z.infer<typeof Sent>;

const Attempting = z.object({
  webhook_id: z.string(),
  key: z.string(),
  /** Counts every attempt of the delivery. */
  attempt: z.number().int().min(1),
  /** Attempt at which this run of retries began: replays begin anew. */
  first: z.number().int().min(1),
  /** Identity of the resource where its events are sent in order. */
  resource: z.string().optional(),
  /** The row is to be asked whether this attempt is still wanted. */
  check: z.boolean().optional(),
  /** The time that the rate limit gave it, in milliseconds. */
  admitted: z.number().optional(),
  /** It has a row. */
  noted: z.boolean().optional(),
});

/** One attempt that is to be made. */
export type Job = z.infer<typeof Attempting> & { readonly tenant_id: string; readonly sent: Sent };

export const DeliveryMessage = z.object({
  tenant_id: z.string(),
  events: z.array(Sent),
  /** `event` is the place in `events`. */
  deliveries: z.array(Attempting.extend({ event: z.number().int().min(0) })),
});
export type DeliveryMessage = z.infer<typeof DeliveryMessage>;

/** A message takes 256 KiB (Service Bus Standard); a character at most three bytes. */
const MAX_BODY = 60_000;
const MAX_BYTES = 200_000;
const JOB_BYTES = 200;
export const MAX_JOBS = 100;

/** The text as it goes into a message. */
export function inline(body: string): { body?: string } {
  return body.length <= MAX_BODY ? { body } : {};
}

/** Packs the jobs of one tenant into messages, in their order; a text that several of them send goes in once. */
export function* toMessages(jobs: Iterable<Job>): Generator<DeliveryMessage> {
  let pack = new Pack();
  for (const job of jobs) {
    if (!pack.takes(job)) {
      yield pack.message(job.tenant_id);
      pack = new Pack();
    }
    pack.add(job);
  }
  const tenantId = pack.tenantId;
  if (tenantId !== undefined) yield pack.message(tenantId);
}

/** Of what is in several messages, counted once. */
const sizes = new WeakMap<Sent, number>();

function bytesOf(sent: Sent): number {
  const size = sizes.get(sent) ?? Buffer.byteLength(JSON.stringify(sent));
  sizes.set(sent, size);
  return size;
}

class Pack {
  readonly #events: Sent[] = [];
  readonly #deliveries: DeliveryMessage['deliveries'] = [];
  readonly #places = new Map<string, number>();
  #bytes = 0;
  tenantId: string | undefined;

  /** The first always fits. */
  takes(job: Job): boolean {
    if (this.tenantId === undefined) return true;
    return this.#deliveries.length < MAX_JOBS && this.#bytes + this.#sizeOf(job.sent) <= MAX_BYTES;
  }

  add({ tenant_id, sent, ...rest }: Job): void {
    this.tenantId = tenant_id;
    this.#bytes += this.#sizeOf(sent);
    const name = nameOf(sent);
    const event = this.#places.get(name) ?? this.#events.push(sent) - 1;
    this.#places.set(name, event);
    this.#deliveries.push({ ...rest, event });
  }

  message(tenantId: string): DeliveryMessage {
    return { tenant_id: tenantId, events: this.#events, deliveries: this.#deliveries };
  }

  #sizeOf(sent: Sent): number {
    return JOB_BYTES + (this.#places.has(nameOf(sent)) ? 0 : bytesOf(sent));
  }
}

function nameOf({ key, thin }: Sent): string {
  return thin ? `${key}~` : key;
}

/** What {@link toMessages} packed. @throws where a place in `events` is empty */
export function toJobs({ tenant_id, events, deliveries }: DeliveryMessage): Job[] {
  return deliveries.map(({ event, ...rest }) => {
    const sent = events[event];
    if (!sent) throw new TypeError(`no event at ${event}`);
    return { ...rest, tenant_id, sent };
  });
}

/** Whether there may be a row of it, or its order asks for one of its own. */
export function hasRow({ attempt, check, noted, resource }: Job): boolean {
  return attempt > 1 || check === true || noted === true || resource !== undefined;
}
