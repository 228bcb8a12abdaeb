import * as z from 'zod';
import type { QueueDeclaration } from '#platform/queues.ts';

/** One message an attempt; retries wait here as scheduled messages. */
export const deliveriesQueue: QueueDeclaration = {
  name: 'deliveries',
  description:
    'One attempt to deliver an event to a webhook endpoint; retries wait here as scheduled messages.',
  lockDurationSeconds: 60,
  maxDeliveryCount: 20,
  defaultMessageTimeToLiveSeconds: 14 * 86_400,
  deadLetteringOnMessageExpiration: true,
  duplicateDetectionWindowSeconds: 600,
  maxSizeInMegabytes: 5120,
};

export const DeliveryMessage = z.object({
  tenant_id: z.string(),
  webhook_id: z.string(),
  key: z.string(),
  event_type: z.string(),
  /** Counts every attempt of the delivery. */
  attempt: z.number().int().min(1),
  /** Attempt at which this run of retries began: replays begin anew. */
  first: z.number().int().min(1),
  /** The exact text to be sent; where it is too long for a message, the row has it. */
  body: z.string().optional(),
  /** Identity of the resource where its events are sent in order. */
  resource: z.string().optional(),
  /** The row is to be asked whether this attempt is still wanted. */
  check: z.boolean().optional(),
  /** The rate limit has been passed. */
  admitted: z.boolean().optional(),
  /** Its failure raises no alert: it is one itself. */
  quiet: z.boolean().optional(),
});
export type DeliveryMessage = z.infer<typeof DeliveryMessage>;

/** A message takes 256 KiB (Service Bus Standard); a character at most three bytes. */
const MAX_BODY = 60_000;

/** The text as it goes into a message. */
export function inline(body: string): { body?: string } {
  return body.length <= MAX_BODY ? { body } : {};
}
