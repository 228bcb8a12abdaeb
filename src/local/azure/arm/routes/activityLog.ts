import type { SimulatedEntry } from '../../monitor/activityLog.ts';
import type { World } from '../../world.ts';
import { badRequest } from '../failure.ts';
import { type ArmRequest, type ArmResponse, ok, type Parameters, parameter, type Route } from '../http.ts';
import { findSubscription } from '../scope.ts';

const pageSize = 200;
const keptMilliseconds = 90 * 86_400_000;
/** The only patterns that `$filter` takes (azure-rest-api-specs, ActivityLogs_List). */
const FILTER =
  /^eventTimestamp ge '(?<from>[^']+)'( and eventTimestamp le '(?<to>[^']+)')?( and (?<field>resourceGroupName|resourceUri|resourceProvider|correlationId) eq '(?<value>[^']+)')?$/i;

type Filter = {
  readonly from: number;
  readonly to: number;
  readonly matches: (entry: SimulatedEntry) => boolean;
};

/** The activity log of Azure Monitor. */
export const activityLogRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'subscriptions/{subscription}/providers/microsoft.insights/eventtypes/management/values',
    handle: list,
  },
];

function list(request: ArmRequest, world: World, { subscription = '' }: Parameters): ArmResponse {
  const { id } = findSubscription(world, subscription);
  const filter = parseFilter(parameter(request, '$filter') ?? '');
  const delay = (world.faults.current.activityDelaySeconds ?? 0) * 1000;
  const to = Math.min(filter.to, Date.now() - delay);
  const entries = world.activity.list(id, { from: filter.from, to }).filter(filter.matches);
  const token = parameter(request, '$skiptoken');
  const start = token === undefined ? 0 : entries.findIndex(({ key }) => key === token) + 1;
  const page = entries.slice(start, start + pageSize);
  const value = page.map(({ document }) => document);
  const last = page.at(-1);
  if (!last || start + pageSize >= entries.length) return ok({ value });
  const next = new URL(request.url);
  next.searchParams.set('$skiptoken', last.key);
  return ok({ value, nextLink: next.href });
}

function parseFilter(text: string): Filter {
  const { from, to, field, value } = FILTER.exec(text)?.groups ?? {};
  const start = Date.parse(from ?? '');
  const end = to === undefined ? Date.now() : Date.parse(to);
  if (Number.isNaN(start) || Number.isNaN(end))
    throw badRequest('BadRequest', `The $filter '${text}' is not one of the supported patterns.`);
  if (start < Date.now() - keptMilliseconds)
    throw badRequest('BadRequest', 'The start time cannot be more than 90 days in the past.');
  return { from: start, to: end, matches: (entry) => isOf(entry, field, value?.toLowerCase()) };
}

function isOf(entry: SimulatedEntry, field: string | undefined, value: string | undefined): boolean {
  const id = entry.resourceId.toLowerCase();
  const parts = id.split('/');
  const values: Readonly<Record<string, string | undefined>> = {
    resourcegroupname: parts[4],
    resourceuri: id,
    resourceprovider: parts[parts.lastIndexOf('providers') + 1],
    correlationid: entry.correlationId.toLowerCase(),
  };
  return field === undefined || values[field.toLowerCase()] === value;
}
