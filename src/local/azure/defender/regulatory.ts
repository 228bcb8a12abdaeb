import type { JsonObject } from '../estate/model.ts';
import { assessmentTypes, standards } from './catalogue.ts';
import type { Tally } from './tally.ts';

export type StandardType = (typeof standards)[number];
export type ControlType = StandardType['controls'][number];

type State = 'Passed' | 'Failed' | 'Skipped' | 'Unsupported';

function assessmentState(tally: Tally, key: string): State {
  const counts = tally.assessments.get(key);
  if (counts === undefined || counts.healthy + counts.unhealthy === 0) return 'Skipped';
  return counts.unhealthy > 0 ? 'Failed' : 'Passed';
}

function stateOf(states: readonly State[]): State {
  if (states.length === 0) return 'Unsupported';
  if (states.includes('Failed')) return 'Failed';
  return states.includes('Passed') ? 'Passed' : 'Skipped';
}

const countOf = (states: readonly State[], wanted: State) =>
  states.filter((state) => state === wanted).length;

const PROVIDER = 'providers/Microsoft.Security/regulatoryComplianceStandards';
const TYPE = 'Microsoft.Security/regulatoryComplianceStandards';

/** `Microsoft.Security/regulatoryComplianceStandards` 2019-01-01-preview. */
export function renderStandards(tally: Tally, subscriptionId: string): JsonObject[] {
  return standards.map(({ name, controls }) => {
    const states = controls.map(({ assessments }) =>
      stateOf(assessments.map((key) => assessmentState(tally, key))),
    );
    return {
      id: `/subscriptions/${subscriptionId}/${PROVIDER}/${name}`,
      name,
      type: TYPE,
      properties: {
        state: stateOf(states),
        passedControls: countOf(states, 'Passed'),
        failedControls: countOf(states, 'Failed'),
        skippedControls: countOf(states, 'Skipped'),
        unsupportedControls: countOf(states, 'Unsupported'),
      },
    };
  });
}

/** `…/regulatoryComplianceControls` of a standard. */
export function renderControls(tally: Tally, subscriptionId: string, standard: StandardType): JsonObject[] {
  return standard.controls.map(({ name, description, assessments }) => {
    const states = assessments.map((key) => assessmentState(tally, key));
    return {
      id: `/subscriptions/${subscriptionId}/${PROVIDER}/${standard.name}/regulatoryComplianceControls/${name}`,
      name,
      type: `${TYPE}/regulatoryComplianceControls`,
      properties: {
        description,
        state: stateOf(states),
        passedAssessments: countOf(states, 'Passed'),
        failedAssessments: countOf(states, 'Failed'),
        skippedAssessments: countOf(states, 'Skipped'),
      },
    };
  });
}

/** `…/regulatoryComplianceAssessments` of a control. */
export function renderControlAssessments(
  tally: Tally,
  subscriptionId: string,
  { standard, control }: { standard: StandardType; control: ControlType },
): JsonObject[] {
  return control.assessments.map((key) => {
    const counts = tally.assessments.get(key);
    return {
      id: `/subscriptions/${subscriptionId}/${PROVIDER}/${standard.name}/regulatoryComplianceControls/${control.name}/regulatoryComplianceAssessments/${key}`,
      name: key,
      type: `${TYPE}/regulatoryComplianceControls/regulatoryComplianceAssessments`,
      properties: {
        description: assessmentTypes.find((type) => type.key === key)?.displayName,
        assessmentType: 'Assessment',
        assessmentDetailsLink: `https://management.azure.com/subscriptions/${subscriptionId}/providers/Microsoft.Security/assessments/${key}`,
        state: assessmentState(tally, key),
        passedResources: counts?.healthy ?? 0,
        failedResources: counts?.unhealthy ?? 0,
        skippedResources: counts?.notApplicable ?? 0,
      },
    };
  });
}
