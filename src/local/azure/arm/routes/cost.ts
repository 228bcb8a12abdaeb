import { z } from 'zod';
import { budgetsOf } from '../../cost/budgets.ts';
import { type CostedResource, CostModel, costedResources } from '../../cost/costs.ts';
import { plantedOf } from '../../cost/planted.ts';
import type { World } from '../../world.ts';
import { ArmFailure } from '../failure.ts';
import { type ArmRequest, type ArmResponse, ok, parameter, type Route } from '../http.ts';
import { findSubscription } from '../scope.ts';

const DAY_MS = 86_400_000;
const PROVIDERS = 'subscriptions/{subscription}/providers';
const MAX_PAGE = 5000;

const Dimension = z.enum([
  'ResourceId',
  'ResourceGroup',
  'ResourceGroupName',
  'ResourceType',
  'ResourceLocation',
]);
type Dimension = z.infer<typeof Dimension>;
const Query = z.object({
  type: z.enum(['Usage', 'ActualCost', 'AmortizedCost']),
  timeframe: z.literal('Custom'),
  timePeriod: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }),
  dataset: z.object({
    granularity: z.literal('Daily'),
    aggregation: z.record(z.string(), z.object({ name: z.string(), function: z.literal('Sum') })),
    grouping: z.array(z.object({ type: z.literal('Dimension'), name: Dimension })).default([]),
  }),
});
type Query = z.infer<typeof Query>;

/** Azure Cost Management and Consumption: costs follow from the estate as it is. */
export const costRoutes: readonly Route[] = [
  { method: 'POST', path: `${PROVIDERS}/microsoft.costmanagement/query`, handle: query },
  { method: 'GET', path: `${PROVIDERS}/microsoft.consumption/budgets`, handle: budgets },
  { method: 'GET', path: 'simulator/costs/planted', requiresApiVersion: false, handle: planted },
];

function planted(_request: ArmRequest, world: World): ArmResponse {
  return ok({
    value: world.estate.subscriptions.flatMap(({ id }) =>
      plantedOf(world, id, Date.now()).map(({ from, to, ...rest }) => ({
        ...rest,
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
      })),
    ),
  });
}

function budgets(_request: ArmRequest, world: World, { subscription = '' }): ArmResponse {
  const { id, index } = findSubscription(world, subscription);
  world.faults.checkCosts(id, 1);
  return ok({ value: budgetsOf(world, id, { currency: currencyOf(index), now: Date.now() }) });
}

function query(request: ArmRequest, world: World, { subscription = '' }): ArmResponse {
  const { id, index } = findSubscription(world, subscription);
  const asked = parse(request.body);
  const days = daysOf(asked);
  const headers = world.faults.checkCosts(id, Math.ceil(days.length / 31));
  const names = asked.dataset.grouping.map(({ name }) => name);
  const cost = Object.values(asked.dataset.aggregation)[0]?.name ?? 'Cost';
  const columns = [
    { name: cost, type: 'Number' },
    { name: 'UsageDate', type: 'Number' },
    ...names.map((name) => ({ name, type: 'String' })),
    { name: 'Currency', type: 'String' },
  ];
  const { rows, last } = readRows(request, world, { id, days, names, currency: currencyOf(index) });
  const nextLink = last === undefined ? null : linkAfter(request, last);
  const name = crypto.randomUUID();
  return {
    status: 200,
    headers,
    body: {
      id: `subscriptions/${id}/providers/Microsoft.CostManagement/query/${name}`,
      name,
      type: 'Microsoft.CostManagement/query',
      properties: { nextLink, columns, rows },
    },
  };
}

/** Two of three subscriptions are billed in dollars, the third in euros. */
function currencyOf(index: number): string {
  return index % 3 === 2 ? 'EUR' : 'USD';
}

type Asked = {
  readonly id: string;
  readonly days: readonly number[];
  readonly names: readonly Dimension[];
  readonly currency: string;
};

/** A page of rows: those of a resource are not parted. Without ResourceId everything is one page. */
function readRows(request: ArmRequest, world: World, { id, days, names, currency }: Asked) {
  const token = parameter(request, '$skiptoken');
  const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString();
  const isPaged = names.includes('ResourceId');
  const most = Math.min(MAX_PAGE, Number(parameter(request, '$top') ?? 1000));
  const model = new CostModel(world, id, Date.now());
  const sums = new Map<string, [amount: number, day: number, ...values: string[]]>();
  for (const resource of costedResources(world, id, after)) {
    const values = names.map((name) => dimensionOf(resource, name));
    for (const day of days) {
      const amount = model.amount(resource, day);
      const key = [day, ...values].join('|');
      const row = sums.get(key) ?? [0, compact(day), ...values];
      row[0] += amount;
      if (row[0] > 0) sums.set(key, row);
    }
    if (isPaged && sums.size >= most) return { rows: toRows(sums.values(), currency), last: resource.id };
  }
  return { rows: toRows(sums.values(), currency), last: undefined };
}

function toRows(sums: Iterable<readonly unknown[]>, currency: string) {
  return [...sums].map((row) => [...row, currency]);
}

function dimensionOf({ id, group, type, location }: CostedResource, name: Dimension): string {
  if (name === 'ResourceId') return id;
  if (name === 'ResourceType') return type.toLowerCase();
  return name === 'ResourceLocation' ? location : group;
}

function parse(body: unknown): Query {
  const { dataset } = (body ?? {}) as { dataset?: { grouping?: unknown[] } };
  if ((dataset?.grouping?.length ?? 0) > 2)
    throw new ArmFailure(400, 'BadRequest', {
      message: 'Invalid query definition: Dataset grouping supports at most two dimensions.',
    });
  const parsed = Query.safeParse(body);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new ArmFailure(400, 'BadRequest', { message: `Invalid query definition: ${reasons.join('; ')}` });
}

/** Starts of the days, UTC, up to now. */
function daysOf({ timePeriod: { from, to } }: Query): number[] {
  const first = Date.parse(from.slice(0, 10));
  const last = Math.min(Date.parse(to), Date.now());
  const count = Math.max(0, Math.floor((last - first) / DAY_MS) + 1);
  return Array.from({ length: count }, (_, index) => first + index * DAY_MS);
}

function compact(day: number): number {
  return Number(new Date(day).toISOString().slice(0, 10).replaceAll('-', ''));
}

function linkAfter(request: ArmRequest, key: string): string {
  const url = new URL(request.url);
  url.searchParams.set('$skiptoken', Buffer.from(key).toString('base64url'));
  return url.href;
}
