import * as z from 'zod';
import { SourceGap } from '#features/connectors/index.ts';
import { listParameters, nextCursor, resourceId, several } from '#http/listParameters.ts';
import { VERDICTS } from './verdict.ts';

export const AgreementQuery = z.strictObject({
  ...listParameters,
  verdict: several
    .pipe(z.array(z.enum(VERDICTS)))
    .optional()
    .meta({ description: `One or several of ${VERDICTS.join(', ')}.` }),
  resourceId,
  assignmentId: z.string().max(4096).optional().meta({ description: 'ARM id of the assignment.' }),
});
export type AgreementQuery = z.infer<typeof AgreementQuery>;

const Condition = z.object({
  condition: z
    .string()
    .meta({ description: 'JSON path in the definition (ours), or the expression (Azure’s).' }),
  field: z.string().meta({ description: 'Field or alias.' }),
  path: z.string().nullable().meta({ description: 'Where it stands in the ARM document.' }),
  operator: z.string(),
  expected: z.unknown(),
  actual: z.unknown().meta({ description: 'Absent: not set.' }),
  result: z.boolean(),
});
const Side = z.object({
  state: z.string().nullable().meta({ description: 'Null: this side does not judge the pair.' }),
  reason: z.string(),
  conditions: z
    .array(Condition)
    .nullable()
    .meta({ description: 'Of a disagreement: what each condition came to; null: not known.' }),
  related_resources: z
    .number()
    .nullable()
    .meta({ description: 'For …IfNotExists, of a disagreement: how many there were.' }),
});

/** One resource by one assigned policy, as Azure and as we judge it. */
export const Agreement = z
  .object({
    verdict: z.enum(VERDICTS),
    resource_id: z.string(),
    subscription_id: z.string(),
    assignment_id: z.string(),
    policy_definition_id: z.string().nullable(),
    reference_id: z.string().nullable().meta({ description: 'Member of the initiative.' }),
    azure: Side,
    ours: Side,
    explained_at: z
      .string()
      .nullable()
      .meta({ description: 'When a disagreement was looked into; null: not yet, or none.' }),
  })
  .meta({ id: 'Agreement' });
export type Agreement = z.infer<typeof Agreement>;

export const AgreementList = z
  .object({
    data: z.array(Agreement),
    counts: z
      .record(z.string(), z.number())
      .meta({ description: 'How many of each verdict there are, of the subscriptions that were asked for.' }),
    nextCursor,
    gaps: z.array(SourceGap),
  })
  .meta({ id: 'AgreementList' });
export type AgreementList = z.infer<typeof AgreementList>;
