import { normaliseLocation } from '../../estate/regions.ts';
import { measure, measures } from '../../monitor/metrics.ts';
import type { World } from '../../world.ts';
import { badRequest, notFound } from '../failure.ts';
import { type ArmRequest, type ArmResponse, objectBody, ok, type Parameters, type Route } from '../http.ts';

const maxResources = 50;

/** The regional endpoints of Azure Monitor's metrics; here the region is the beginning of the path. */
export const metricRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: 'metrics/{region}/subscriptions/{subscription}/metrics:getbatch',
    handle: getBatch,
  },
];

function getBatch(request: ArmRequest, world: World, parameters: Parameters): ArmResponse {
  const { region = '', subscription = '' } = parameters;
  const namespace = request.query.get('metricnamespace') ?? '';
  const metricNames = namesIn(request, 'metricnames');
  const [from, to] = ['starttime', 'endtime'].map((name) => Date.parse(request.query.get(name) ?? ''));
  if (from === undefined || to === undefined || !(from < to))
    throw badRequest('BadRequest', 'Detected invalid time range parameters for API version 2024-02-01.');
  if (request.query.get('interval') !== 'PT1H')
    throw badRequest('BadRequest', 'Only the interval PT1H is measured here.');
  for (const name of metricNames)
    if (!measures(namespace, name))
      throw badRequest('BadRequest', `Failed to find metric configuration for ${namespace}, metric: ${name}`);
  const query = { metricNames, aggregations: namesIn(request, 'aggregation'), from, to };
  const values = idsIn(request).map((id) => {
    const resource = world.estate.get(id);
    if (!resource) throw notFound('ResourceNotFound', `The Resource '${id}' was not found.`);
    const isHere =
      id.split('/')[2]?.toLowerCase() === subscription.toLowerCase() &&
      resource.type.toLowerCase() === namespace.toLowerCase() &&
      normaliseLocation(resource.location) === region;
    if (!isHere)
      throw badRequest('BadRequest', 'All resources must be of one subscription, region and resource type.');
    return {
      starttime: new Date(from).toISOString(),
      endtime: new Date(to).toISOString(),
      interval: 'PT1H',
      namespace: namespace.toLowerCase(),
      resourceregion: region,
      resourceid: resource.id,
      value: measure(world.seed, resource, query),
    };
  });
  return ok({ values });
}

function idsIn(request: ArmRequest): readonly string[] {
  const { resourceids: ids } = objectBody(request);
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > maxResources)
    throw badRequest('BadRequest', `Between 1 and ${maxResources} resource ids are required.`);
  return ids.map(String);
}

function namesIn(request: ArmRequest, name: string): string[] {
  return (request.query.get(name) ?? '').split(',').filter((one) => one !== '');
}
