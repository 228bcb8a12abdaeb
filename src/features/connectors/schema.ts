import * as z from 'zod';

/** Message on the `connectors` queue. */
export const ConnectorMessage = z.object({
  tenantId: z.string(),
  subscriptionId: z.string(),
  connector: z.string(),
  /** How often it was put off because Azure throttled or did not answer. */
  attempt: z.number().int().default(1),
});
export type ConnectorMessage = z.infer<typeof ConnectorMessage>;

/** A gap as the answers show it. */
export const SourceGap = z
  .object({
    subscription_id: z.string().meta({ description: 'Empty: of something that names no subscription.' }),
    source: z.string().meta({ description: 'Connector: `defender` …' }),
    scope: z.string().meta({ description: 'Part of it that could not be read.' }),
    kind: z.enum(['refused', 'off', 'throttled', 'unavailable', 'malformed']),
    reason: z.string(),
    role: z.string().nullable().meta({ description: 'Azure role that would grant it.' }),
    since: z.string(),
  })
  .meta({ id: 'SourceGap' });
export type SourceGap = z.infer<typeof SourceGap>;

/** What an answer says of the gaps of its source. */
export const gaps = z.array(SourceGap).meta({
  description: 'What could not be read of this at the last run, and the role that would grant it.',
});

const Counts = z.record(z.string(), z.number());

/** Answer of `GET /connectors`. */
export const ConnectorList = z
  .object({
    data: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        role: z.string().meta({ description: 'Least Azure role that can read it.' }),
        every_minutes: z.number(),
        subscriptions: z.array(
          z.object({
            subscription_id: z.string(),
            state: z.enum(['waiting', 'running', 'complete', 'partial']),
            last_run: z.string().nullable().meta({ description: 'End of the last run, ISO 8601.' }),
            seconds: z.number().nullable(),
            counts: Counts,
            received: z.object({ last: z.string(), counts: Counts }).nullable().meta({
              description:
                'What the source sent of its own accord (continuous export), counted since the beginning; null: nothing.',
            }),
          }),
        ),
        gaps: z.array(SourceGap),
      }),
    ),
  })
  .meta({ id: 'ConnectorList' });
export type ConnectorList = z.infer<typeof ConnectorList>;

/** Answer of `POST /connectors/{name}/sync`. */
export const SyncStarted = z
  .object({ source: z.string(), subscriptions: z.array(z.string()) })
  .meta({ id: 'SyncStarted' });
export type SyncStarted = z.infer<typeof SyncStarted>;
