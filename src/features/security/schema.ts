import * as z from 'zod';
import { gaps } from '#features/connectors/index.ts';
import { cursor, limit, nextCursor, resourceId, several, subscriptionId } from '#http/listParameters.ts';
import { ALERT_STATES, SEVERITIES } from './mapping/words.ts';

const Severity = z.enum(SEVERITIES);
const severity = several
  .transform((values) => values.map((value) => value.toLowerCase()))
  .pipe(z.array(Severity))
  .optional()
  .meta({ description: `One or several of ${SEVERITIES.join(', ')}.` });
const framework = z
  .string()
  .max(256)
  .optional()
  .meta({ description: 'Regulatory standard, as in `PCI-DSS-3.2`; in any case.' });

const Frameworks = z
  .record(z.string(), z.array(z.string()))
  .meta({ description: 'Control ids by regulatory standard, as Defender for Cloud maps them.' });
const Effort = z.enum(['low', 'moderate', 'high', 'unknown']);

export const RecommendationsQuery = z.strictObject({
  subscriptionId,
  severity,
  resourceId,
  framework,
  text: z.string().max(256).optional().meta({ description: 'Part of the name or of the resource id.' }),
  limit,
  cursor,
});
export type RecommendationsQuery = z.infer<typeof RecommendationsQuery>;

/** The guide's SecurityRecommendation, with what we know beside it. */
export const SecurityRecommendation = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    severity: Severity.meta({
      description: 'Risk level where Defender gives one, else that of the metadata.',
    }),
    resource_id: z.string(),
    remediation_steps: z.array(z.string()),
    estimated_effort: Effort.meta({
      description:
        'The higher of `implementation_effort` and `user_impact`, as the assessment’s metadata has them.',
    }),
    implementation_effort: Effort,
    user_impact: Effort,
    compliance_frameworks: Frameworks,
    created_at: z.iso.datetime().nullable(),
    source: z.enum(['task', 'assessment']),
    assessment_id: z.string().nullable().meta({ description: 'For `GET /security/assessments/{id}`.' }),
    subscription_id: z.string(),
  })
  .meta({ id: 'SecurityRecommendation' });
export type SecurityRecommendation = z.infer<typeof SecurityRecommendation>;
export const RecommendationList = z
  .object({ data: z.array(SecurityRecommendation), nextCursor, gaps })
  .meta({ id: 'RecommendationList' });

const Finding = z.object({
  id: z.string(),
  name: z.string(),
  severity: Severity,
  status: z.string(),
  description: z.string(),
  remediation: z.string(),
  category: z.string(),
  cve: z.array(z.string()),
  generated_at: z.iso.datetime().nullable(),
});

/** The guide's ComplianceAssessment, with what we know beside it. */
export const ComplianceAssessment = z
  .object({
    id: z.string(),
    short_id: z.string(),
    name: z.string(),
    status: z.string().meta({ description: 'Healthy, Unhealthy, NotApplicable, or what else Azure says.' }),
    score: z.number().nullable().meta({
      description:
        'Percent of the resources of the subscription that this assessment judges healthy, as secure score weighs it; null where it judged none.',
    }),
    compliance_frameworks: Frameworks,
    findings: z.array(Finding),
    remediation_guidance: z.array(z.string()),
    last_updated: z.iso.datetime().nullable(),
    cause: z.string().nullable(),
    description: z.string(),
    severity: Severity,
    resource_id: z.string(),
    subscription_id: z.string(),
    secure_score_control: z.string().nullable(),
    policy_definition_id: z.string().nullable(),
    gaps: gaps.optional(),
  })
  .meta({ id: 'ComplianceAssessment' });
export type ComplianceAssessment = z.infer<typeof ComplianceAssessment>;

export const AssessmentsQuery = z.strictObject({
  subscriptionId,
  status: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'Healthy, Unhealthy, NotApplicable; in any case.' }),
  resourceId,
  framework,
  limit,
  cursor,
});
export type AssessmentsQuery = z.infer<typeof AssessmentsQuery>;
export const AssessmentList = z
  .object({ data: z.array(ComplianceAssessment.omit({ findings: true, gaps: true })), nextCursor, gaps })
  .meta({ id: 'AssessmentList' });

export const AlertsQuery = z.strictObject({
  subscriptionId,
  severity,
  status: several
    .optional()
    .meta({ description: `One or several of ${ALERT_STATES.join(', ')}; in any case.` }),
  resourceId,
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  limit,
  cursor,
});
export type AlertsQuery = z.infer<typeof AlertsQuery>;

export const SecurityAlert = z
  .object({
    id: z.string(),
    azure_id: z.string(),
    alert_type: z.string(),
    name: z.string(),
    description: z.string(),
    severity: Severity,
    status: z.string().meta({ description: `${ALERT_STATES.join(', ')}, or what else Azure says.` }),
    intent: z.array(z.string()).meta({ description: 'Kill chain stages.' }),
    techniques: z.array(z.string()).meta({ description: 'MITRE ATT&CK.' }),
    resource_ids: z.array(z.string()),
    compromised_entity: z.string().nullable(),
    remediation_steps: z.array(z.string()),
    started_at: z.iso.datetime().nullable(),
    ended_at: z.iso.datetime().nullable(),
    generated_at: z.iso.datetime().nullable(),
    product: z.string().nullable(),
    portal_url: z.string().nullable(),
    is_incident: z.boolean(),
    entities: z.array(z.record(z.string(), z.unknown())),
    properties: z.record(z.string(), z.unknown()),
    subscription_id: z.string(),
    processing: z
      .array(
        z.object({
          processor: z.string(),
          status: z.enum(['succeeded', 'failed', 'retrying', 'skipped']),
          attempts: z.number().int(),
          at: z.string(),
          summary: z.string().nullable(),
          details: z.record(z.string(), z.unknown()),
          error: z.string().nullable(),
        }),
      )
      .meta({ description: 'What each processor made of it.' }),
  })
  .meta({ id: 'SecurityAlert' });
export type SecurityAlert = z.infer<typeof SecurityAlert>;
export const AlertList = z
  .object({ data: z.array(SecurityAlert), nextCursor, gaps })
  .meta({ id: 'AlertList' });

/** What `PATCH /security/alerts/{id}` takes. */
export const AlertUpdate = z
  .strictObject({
    status: z
      .enum(ALERT_STATES)
      .meta({ description: 'Set in Azure: activate, inProgress, resolve, dismiss.' }),
  })
  .meta({ id: 'AlertUpdate' });
export type AlertUpdate = z.infer<typeof AlertUpdate>;

const ScoreNumbers = z.object({
  current: z.number(),
  max: z.number(),
  percentage: z.number().meta({ description: '0 to 100.' }),
});
export const SecureScoreQuery = z.strictObject({
  subscriptionId,
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(365)
    .default(30)
    .meta({ description: 'How far back the history reaches.' }),
});
export type SecureScoreQuery = z.infer<typeof SecureScoreQuery>;
export const SecureScores = z
  .object({
    data: z.array(
      ScoreNumbers.extend({
        subscription_id: z.string(),
        name: z.string(),
        display_name: z.string(),
        weight: z.number(),
        controls: z.array(
          ScoreNumbers.extend({
            name: z.string(),
            display_name: z.string(),
            healthy_resources: z.number(),
            unhealthy_resources: z.number(),
            not_applicable_resources: z.number(),
          }),
        ),
        history: z.array(ScoreNumbers.extend({ date: z.string() })),
      }),
    ),
    overall: ScoreNumbers.nullable().meta({
      description: 'Of all subscriptions, by their weights, as Defender for Cloud combines them.',
    }),
    gaps,
  })
  .meta({ id: 'SecureScores' });
export type SecureScores = z.infer<typeof SecureScores>;

export const RegulatoryQuery = z.strictObject({ subscriptionId, framework });
export type RegulatoryQuery = z.infer<typeof RegulatoryQuery>;
const Passed = { state: z.string(), passed: z.number(), failed: z.number(), skipped: z.number() };
export const RegulatoryCompliance = z
  .object({
    data: z.array(
      z.object({
        subscription_id: z.string(),
        standard: z.string(),
        ...Passed,
        unsupported: z.number(),
        controls: z.array(
          z.object({
            name: z.string(),
            description: z.string(),
            ...Passed,
            assessments: z.array(z.object({ name: z.string(), description: z.string(), ...Passed })),
          }),
        ),
      }),
    ),
    gaps,
  })
  .meta({ id: 'RegulatoryCompliance' });
export type RegulatoryCompliance = z.infer<typeof RegulatoryCompliance>;
