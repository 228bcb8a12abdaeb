import * as z from 'zod';

/**
 * What Microsoft.Security sends, as far as it is used (azure-rest-api-specs, specification/security/resource-manager:
 * tasks 2015-06-01-preview, assessments 2021-06-01, subAssessments and regulatoryCompliance 2019-01-01-preview,
 * secureScores 2020-01-01, alerts 2022-01-01). Only ids are required: what else is missing, null or of another type
 * counts as not said, and enumerations are open.
 */
const text = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);
const texts = z.array(z.string()).catch([]);
const bag = z.record(z.string(), z.unknown()).catch({});
const id = z.string().min(1);

function part<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(
    (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}),
    z.object(shape),
  );
}

export const Task = z.object({
  id,
  name: text,
  properties: part({ state: text, creationTimeUtc: text, securityTaskParameters: bag }),
});
export type Task = z.infer<typeof Task>;

const Status = part({
  code: text,
  cause: text,
  description: text,
  severity: text,
  firstEvaluationDate: text,
  statusChangeDate: text,
});

export const Assessment = z.object({
  id,
  name: text,
  properties: part({
    displayName: text,
    resourceDetails: bag,
    status: Status,
    /** Since 2024-05-15-preview. */
    risk: part({ level: text }),
    metadata: z.unknown().optional(),
  }),
});
export type Assessment = z.infer<typeof Assessment>;

export const Metadata = part({
  displayName: text,
  description: text,
  remediationDescription: text,
  severity: text,
  userImpact: text,
  implementationEffort: text,
  policyDefinitionId: text,
  categories: texts,
  threats: texts,
  assessmentType: text,
  preview: z.boolean().catch(false),
  plannedDeprecationDate: text,
});
export type Metadata = z.infer<typeof Metadata>;
export const MetadataDocument = z.object({ name: id, properties: Metadata });

export const SubAssessment = z.object({
  id,
  name: text,
  properties: part({
    displayName: text,
    id: text,
    status: Status,
    remediation: text,
    impact: text,
    category: text,
    description: text,
    timeGenerated: text,
    additionalData: bag,
  }),
});
export type SubAssessment = z.infer<typeof SubAssessment>;

const Score = part({ max: number, current: number, percentage: number });
export const SecureScore = z.object({
  id,
  name: text,
  properties: part({ displayName: text, score: Score, weight: number }),
});
export const ScoreControl = z.object({
  id,
  name: id,
  properties: part({
    displayName: text,
    score: Score,
    weight: number,
    healthyResourceCount: number,
    unhealthyResourceCount: number,
    notApplicableResourceCount: number,
    definition: part({
      properties: part({
        displayName: text,
        maxScore: number,
        assessmentDefinitions: z.array(z.object({ id })).catch([]),
      }),
    }),
  }),
});
export type ScoreControl = z.infer<typeof ScoreControl>;

export const Standard = z.object({
  name: id,
  properties: part({
    state: text,
    passedControls: number,
    failedControls: number,
    skippedControls: number,
    unsupportedControls: number,
  }),
});
export const Control = z.object({
  name: id,
  properties: part({
    description: text,
    state: text,
    passedAssessments: number,
    failedAssessments: number,
    skippedAssessments: number,
  }),
});
export const ControlAssessment = z.object({
  name: id,
  properties: part({
    description: text,
    state: text,
    assessmentType: text,
    passedResources: number,
    failedResources: number,
    skippedResources: number,
  }),
});

export const Alert = z.object({
  id,
  name: text,
  properties: part({
    alertType: text,
    systemAlertId: text,
    productComponentName: text,
    productName: text,
    vendorName: text,
    alertDisplayName: text,
    description: text,
    severity: text,
    intent: text,
    status: text,
    startTimeUtc: text,
    endTimeUtc: text,
    timeGeneratedUtc: text,
    processingEndTimeUtc: text,
    resourceIdentifiers: z.array(bag).catch([]),
    remediationSteps: texts,
    alertUri: text,
    entities: z.array(bag).catch([]),
    isIncident: z.boolean().catch(false),
    correlationKey: text,
    compromisedEntity: text,
    techniques: texts,
    extendedProperties: bag,
  }),
});
export type Alert = z.infer<typeof Alert>;
