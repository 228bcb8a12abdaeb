import {
  assessmentTypes,
  type ScoreControlType,
  scoreControls,
  standards,
} from '../../defender/catalogue.ts';
import { type Judged, judgeSubscription } from '../../defender/judge.ts';
import { renderAssessment, renderFindings, renderMetadata, renderTask } from '../../defender/render.ts';
import { type Tally, tallyOf } from '../../defender/tally.ts';
import type { JsonObject } from '../../estate/model.ts';
import type { World } from '../../world.ts';
import { badRequest, notFound } from '../failure.ts';
import {
  type ArmRequest,
  type ArmResponse,
  type Handler,
  ok,
  type Parameters,
  parameter,
  type Route,
} from '../http.ts';
import { findSubscription } from '../scope.ts';

const PROVIDER = 'subscriptions/{subscription}/providers/microsoft.security';
const ALERT =
  'subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.security/locations/{location}/alerts/{name}';
const pageSize = 1000;

/** Microsoft Defender for Cloud over the estate as it is. */
export const securityRoutes: readonly Route[] = [
  get(
    `${PROVIDER}/assessments`,
    pages((judged) => [renderAssessment(judged)]),
  ),
  get(
    `${PROVIDER}/tasks`,
    pages((judged) => (judged.judgement.verdict === 'Unhealthy' ? [renderTask(judged)] : [])),
  ),
  get(`${PROVIDER}/subassessments`, pages(renderFindings)),
  get(`${PROVIDER}/assessmentmetadata`, () => ok({ value: assessmentTypes.map(renderMetadata) })),
  get(`${PROVIDER}/securescores`, listScores),
  get(`${PROVIDER}/securescorecontrols`, listScoreControls),
  get(`${PROVIDER}/regulatorycompliancestandards`, listStandards),
  get(`${PROVIDER}/regulatorycompliancestandards/{standard}/regulatorycompliancecontrols`, listControls),
  get(
    `${PROVIDER}/regulatorycompliancestandards/{standard}/regulatorycompliancecontrols/{control}/regulatorycomplianceassessments`,
    listControlAssessments,
  ),
  get(`${PROVIDER}/alerts`, (_request, world, { subscription = '' }) => {
    const { id } = findSubscription(world, subscription);
    return ok({
      value: world.alerts.list(id).map(({ id: alertId, name, properties, status }) => ({
        id: alertId,
        name,
        type: 'Microsoft.Security/Locations/alerts',
        properties: { ...properties, status },
      })),
    });
  }),
  { method: 'POST', path: `${ALERT}/{action}`, handle: actOnAlert },
];

function get(path: string, handle: Handler): Route {
  return { method: 'GET', path, handle };
}

/** 1,000 items or a few more a page: those of a resource are not parted. */
function pages(render: (judged: Judged) => readonly JsonObject[]): Handler {
  return async (request, world, { subscription = '' }) => {
    const { id } = findSubscription(world, subscription);
    const token = parameter(request, '$skiptoken');
    const after = token === undefined ? undefined : Buffer.from(token, 'base64url').toString();
    const value: JsonObject[] = [];
    for await (const { key, judged } of judgeSubscription(world, id, after)) {
      value.push(...judged.flatMap(render));
      if (value.length >= pageSize) return ok({ value, nextLink: nextLink(request, key) });
    }
    return ok({ value });
  };
}

function nextLink(request: ArmRequest, key: string): string {
  const url = new URL(request.url);
  url.searchParams.delete('$skipToken');
  url.searchParams.set('$skiptoken', Buffer.from(key).toString('base64url'));
  return url.href;
}

type ControlScore = {
  healthy: number;
  unhealthy: number;
  notApplicable: number;
  max: number;
  current: number;
};

/** "Secure score calculation": max score × healthy / (healthy + unhealthy), of whole resources. */
function scoreOf({ verdicts }: Tally, { assessments, maxScore }: ScoreControlType): ControlScore {
  const counts = { healthy: 0, unhealthy: 0, notApplicable: 0 };
  for (const own of verdicts.values()) {
    const relevant = assessments.flatMap((key) => own.get(key) ?? []);
    if (relevant.includes('Unhealthy')) counts.unhealthy += 1;
    else if (relevant.includes('Healthy')) counts.healthy += 1;
    else if (relevant.length > 0) counts.notApplicable += 1;
  }
  const judged = counts.healthy + counts.unhealthy;
  const max = judged === 0 ? 0 : maxScore;
  return { ...counts, max, current: judged === 0 ? 0 : round((max * counts.healthy) / judged, 2) };
}

async function listScores(
  _request: ArmRequest,
  world: World,
  { subscription = '' }: Parameters,
): Promise<ArmResponse> {
  const { id } = findSubscription(world, subscription);
  const tally = await tallyOf(world, id);
  const scores = scoreControls.map((control) => scoreOf(tally, control));
  const max = scores.reduce((sum, score) => sum + score.max, 0);
  const current = round(
    scores.reduce((sum, score) => sum + score.current, 0),
    2,
  );
  const properties = {
    displayName: 'ASC score',
    score: { max, current, percentage: max === 0 ? 0 : round(current / max, 4) },
    weight: tally.verdicts.size,
  };
  const name = 'ascScore';
  const scoreId = `/subscriptions/${id}/providers/Microsoft.Security/secureScores/${name}`;
  return ok({ value: [{ id: scoreId, name, type: 'Microsoft.Security/secureScores', properties }] });
}

async function listScoreControls(
  request: ArmRequest,
  world: World,
  { subscription = '' }: Parameters,
): Promise<ArmResponse> {
  const { id } = findSubscription(world, subscription);
  const tally = await tallyOf(world, id);
  const isExpanded = parameter(request, '$expand') === 'definition';
  const value = scoreControls.map((control) => {
    const { healthy, unhealthy, notApplicable, max, current } = scoreOf(tally, control);
    return {
      id: `/subscriptions/${id}/providers/Microsoft.Security/secureScores/ascScore/secureScoreControls/${control.key}`,
      name: control.key,
      type: 'Microsoft.Security/secureScores/secureScoreControls',
      properties: {
        displayName: control.displayName,
        healthyResourceCount: healthy,
        unhealthyResourceCount: unhealthy,
        notApplicableResourceCount: notApplicable,
        score: { max, current, percentage: max === 0 ? 0 : round(current / max, 4) },
        weight: healthy + unhealthy,
        ...(isExpanded && { definition: definitionOf(control) }),
      },
    };
  });
  return ok({ value });
}

function definitionOf({ key, displayName, maxScore, assessments }: ScoreControlType): JsonObject {
  return {
    id: `/providers/Microsoft.Security/secureScoreControlDefinitions/${key}`,
    name: key,
    type: 'Microsoft.Security/secureScoreControlDefinitions',
    properties: {
      source: { sourceType: 'BuiltIn' },
      displayName,
      maxScore,
      assessmentDefinitions: assessments.map((name) => ({
        id: `/providers/Microsoft.Security/assessmentMetadata/${name}`,
      })),
    },
  };
}

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

async function listStandards(
  _request: ArmRequest,
  world: World,
  { subscription = '' }: Parameters,
): Promise<ArmResponse> {
  const { id } = findSubscription(world, subscription);
  const tally = await tallyOf(world, id);
  const value = standards.map(({ name, controls }) => {
    const states = controls.map(({ assessments }) =>
      stateOf(assessments.map((key) => assessmentState(tally, key))),
    );
    return {
      id: `/subscriptions/${id}/providers/Microsoft.Security/regulatoryComplianceStandards/${name}`,
      name,
      type: 'Microsoft.Security/regulatoryComplianceStandards',
      properties: {
        state: stateOf(states),
        passedControls: countOf(states, 'Passed'),
        failedControls: countOf(states, 'Failed'),
        skippedControls: countOf(states, 'Skipped'),
        unsupportedControls: countOf(states, 'Unsupported'),
      },
    };
  });
  return ok({ value });
}

async function listControls(
  _request: ArmRequest,
  world: World,
  parameters: Parameters,
): Promise<ArmResponse> {
  const { id } = findSubscription(world, parameters.subscription);
  const tally = await tallyOf(world, id);
  const standard = findStandard(parameters);
  const value = standard.controls.map(({ name, description, assessments }) => {
    const states = assessments.map((key) => assessmentState(tally, key));
    return {
      id: `/subscriptions/${id}/providers/Microsoft.Security/regulatoryComplianceStandards/${standard.name}/regulatoryComplianceControls/${name}`,
      name,
      type: 'Microsoft.Security/regulatoryComplianceStandards/regulatoryComplianceControls',
      properties: {
        description,
        state: stateOf(states),
        passedAssessments: countOf(states, 'Passed'),
        failedAssessments: countOf(states, 'Failed'),
        skippedAssessments: countOf(states, 'Skipped'),
      },
    };
  });
  return ok({ value });
}

async function listControlAssessments(
  _request: ArmRequest,
  world: World,
  parameters: Parameters,
): Promise<ArmResponse> {
  const { id } = findSubscription(world, parameters.subscription);
  const tally = await tallyOf(world, id);
  const standard = findStandard(parameters);
  const control = standard.controls.find(({ name }) => name === parameters.control);
  if (!control) throw notFound('ResourceNotFound', `There is no control '${parameters.control}'.`);
  const value = control.assessments.map((key) => {
    const counts = tally.assessments.get(key);
    return {
      id: `/subscriptions/${id}/providers/Microsoft.Security/regulatoryComplianceStandards/${standard.name}/regulatoryComplianceControls/${control.name}/regulatoryComplianceAssessments/${key}`,
      name: key,
      type: 'Microsoft.Security/regulatoryComplianceStandards/regulatoryComplianceControls/regulatoryComplianceAssessments',
      properties: {
        description: assessmentTypes.find((type) => type.key === key)?.displayName,
        assessmentType: 'Assessment',
        assessmentDetailsLink: `https://management.azure.com/subscriptions/${id}/providers/Microsoft.Security/assessments/${key}`,
        state: assessmentState(tally, key),
        passedResources: counts?.healthy ?? 0,
        failedResources: counts?.unhealthy ?? 0,
        skippedResources: counts?.notApplicable ?? 0,
      },
    };
  });
  return ok({ value });
}

function findStandard({ standard }: Parameters) {
  const found = standards.find(({ name }) => name.toLowerCase() === standard?.toLowerCase());
  if (!found) throw notFound('ResourceNotFound', `There is no standard '${standard}'.`);
  return found;
}

function actOnAlert(request: ArmRequest, world: World, { action = '' }: Parameters): ArmResponse {
  const id = `/${request.segments.slice(0, -1).join('/')}`;
  const alert = world.alerts.find(id);
  if (!alert) throw notFound('ResourceNotFound', `The alert '${id}' was not found.`);
  if (!world.alerts.act(alert, action))
    throw badRequest('InvalidAction', `The action '${action}' is not known.`);
  return { status: 204 };
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
