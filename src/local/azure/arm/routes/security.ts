import { assessmentTypes, standards } from '../../defender/catalogue.ts';
import { type Judged, judgeSubscription } from '../../defender/judge.ts';
import { renderControlAssessments, renderControls, renderStandards } from '../../defender/regulatory.ts';
import { renderAssessment, renderFindings, renderMetadata, renderTask } from '../../defender/render.ts';
import { renderScore, renderScoreControls } from '../../defender/scores.ts';
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
  get(
    `${PROVIDER}/securescores`,
    tallied((tally, id) => [renderScore(tally, id)]),
  ),
  get(
    `${PROVIDER}/securescorecontrols`,
    tallied((tally, subscriptionId, _parameters, request) =>
      renderScoreControls(tally, {
        subscriptionId,
        isExpanded: parameter(request, '$expand') === 'definition',
      }),
    ),
  ),
  get(`${PROVIDER}/regulatorycompliancestandards`, tallied(renderStandards)),
  get(
    `${PROVIDER}/regulatorycompliancestandards/{standard}/regulatorycompliancecontrols`,
    tallied((tally, id, parameters) => renderControls(tally, id, findStandard(parameters))),
  ),
  get(
    `${PROVIDER}/regulatorycompliancestandards/{standard}/regulatorycompliancecontrols/{control}/regulatorycomplianceassessments`,
    tallied((tally, id, parameters) => {
      const standard = findStandard(parameters);
      const control = standard.controls.find(({ name }) => name === parameters.control);
      if (!control) throw notFound('ResourceNotFound', `There is no control '${parameters.control}'.`);
      return renderControlAssessments(tally, id, { standard, control });
    }),
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

/** Documents that follow from what a subscription's assessments add up to. */
function tallied(
  render: (tally: Tally, subscriptionId: string, parameters: Parameters, request: ArmRequest) => JsonObject[],
): Handler {
  return async (request, world, parameters) => {
    const { id } = findSubscription(world, parameters.subscription ?? '');
    return ok({ value: render(await tallyOf(world, id), id, parameters, request) });
  };
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
