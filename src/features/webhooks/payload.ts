import * as z from 'zod';

/** An event of the `events` queue (CloudEvents 1.0), as far as webhooks read it. */
export const WebhookEvent = z.object({
  id: z.string().min(1).max(256),
  type: z.string().min(1).max(256),
  tenantid: z.string(),
  time: z.string().optional(),
  source: z.string().optional(),
  subject: z.string().optional(),
  correlationid: z.string().optional(),
  data: z.record(z.string(), z.unknown()).catch({}),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** What a receiver gets. */
export type WebhookPayload = {
  readonly event_id: string;
  readonly event_type: string;
  /** RFC 3339. */
  readonly timestamp: string;
  readonly tenant_id: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, string>>;
};

/** The guide's payload; `thin` keeps of the data only its ids. The same event makes the same bytes. */
export function toPayload(event: WebhookEvent, style: 'full' | 'thin'): WebhookPayload {
  const { source, subject, correlationid } = event;
  return {
    event_id: event.id,
    event_type: event.type,
    timestamp: event.time ?? new Date(0).toISOString(),
    tenant_id: event.tenantid,
    data: style === 'thin' ? idsOf(event.data) : event.data,
    metadata: {
      ...(source && { source }),
      ...(subject && { subject }),
      ...(correlationid && { correlation_id: correlationid }),
    },
  };
}

function idsOf(data: WebhookPayload['data']): WebhookPayload['data'] {
  return Object.fromEntries(Object.entries(data).filter(([name]) => name === 'id' || name.endsWith('_id')));
}
