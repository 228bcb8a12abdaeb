import * as z from 'zod';
import type { QueueDeclaration } from '#platform/queues.ts';

export const evaluationsQueue: QueueDeclaration = {
  name: 'evaluations',
  description:
    'What is to be evaluated: resources that changed, parts of a whole evaluation, governance that changed.',
  lockDurationSeconds: 60,
  maxDeliveryCount: 10,
  defaultMessageTimeToLiveSeconds: 14 * 86_400,
  deadLetteringOnMessageExpiration: true,
  duplicateDetectionWindowSeconds: 600,
  maxSizeInMegabytes: 5120,
};

/** Message on the `evaluations` queue. */
export const EvaluationMessage = z.discriminatedUnion('kind', [
  /** Resources of a segment that came, changed or went, by id. */
  z.object({
    kind: z.literal('resources'),
    tenantId: z.string(),
    segment: z.string(),
    ids: z.array(z.string()),
    /** Follows from the events that told of them. */
    cause: z.string(),
  }),
  /** Resources that may be judged otherwise because another one changed, by key. */
  z.object({
    kind: z.literal('keys'),
    tenantId: z.string(),
    segment: z.string(),
    keys: z.array(z.string()),
    fresh: z.array(z.string()),
    /** Job whose part for this segment it is. */
    jobId: z.string().optional(),
  }),
  /** A subscription that is being read for the first time. */
  z.object({
    kind: z.literal('first'),
    tenantId: z.string(),
    segment: z.string(),
    /** ISO 8601: when it was first waited for. */
    since: z.string(),
    /** Number of the moment of this look. */
    turn: z.number(),
  }),
  /** A definition, initiative, assignment or exemption changed; the snapshot has it from this revision on. */
  z.object({ kind: z.literal('governance'), tenantId: z.string(), revision: z.string() }),
  /** A part of a job: a segment, or a range of its keys. */
  z.object({
    kind: z.literal('part'),
    tenantId: z.string(),
    jobId: z.string(),
    part: z.string(),
    revision: z.string(),
    /** Whatever was evaluated before. */
    isWhole: z.boolean().optional(),
    /** Only this policy's assignments, whether anything changed or not. */
    policyId: z.string().optional(),
  }),
]);
export type EvaluationMessage = z.infer<typeof EvaluationMessage>;
export type PartMessage = Extract<EvaluationMessage, { kind: 'part' }>;
