import { z } from 'zod';
import { type PageRequest, runPage } from '../../graph/execute.ts';
import { badOption, QueryFailure } from '../../graph/failure.ts';
import { renderPage } from '../../graph/render.ts';
import { subscriptionsBelow } from '../../state/hierarchy.ts';
import type { World } from '../../world.ts';
import { ArmFailure } from '../failure.ts';
import type { ArmRequest, ArmResponse, Route } from '../http.ts';

const Options = z.object({
  $top: z.number().int().min(1).max(1000).optional(),
  $skip: z.number().int().min(0).optional(),
  $skipToken: z.string().optional(),
  resultFormat: z.enum(['objectArray', 'table']).optional(),
});

const QueryRequest = z.object({
  query: z.string(),
  subscriptions: z.array(z.string()).optional(),
  managementGroups: z.array(z.string()).optional(),
  options: Options.nullish(),
});

/** Resource Graph: `POST /providers/Microsoft.ResourceGraph/resources`, API versions 2021-03-01 to 2024-04-01. */
export const resourceGraphRoutes: readonly Route[] = [
  { method: 'POST', path: 'providers/microsoft.resourcegraph/resources', isGraph: true, handle: query },
];

async function query(request: ArmRequest, world: World): Promise<ArmResponse> {
  const headers = world.faults.checkGraph();
  try {
    return { ...(await run(request.body, world)), headers };
  } catch (error) {
    if (error instanceof QueryFailure) throw refused(request, error, headers);
    throw error;
  }
}

async function run(body: unknown, world: World): Promise<ArmResponse> {
  const parsed = QueryRequest.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw badOption(
      'InvalidRequestBody',
      `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'The request body is invalid.'}`,
    );
  }
  const { query: text, options } = parsed.data;
  const request: PageRequest = {
    query: text,
    top: options?.$top ?? 1000,
    skip: options?.$skip ?? 0,
    skipToken: options?.$skipToken,
  };
  if (request.skipToken !== undefined) world.faults.checkSkipToken();
  const { estate, log, faults } = world;
  const subscriptionIds = scopeOf(world, parsed.data);
  const scope = {
    estate,
    log,
    subscriptionIds,
    now: Date.now(),
    lagMilliseconds: faults.graphLagMilliseconds,
  };
  const page = await runPage(request, scope);
  return { status: 200, text: renderPage(page, options?.resultFormat ?? 'objectArray') };
}

/** The subscriptions that a query covers: those named, those below the management groups named, or all. */
function scopeOf(world: World, body: z.infer<typeof QueryRequest>): readonly string[] {
  const { estate } = world;
  const { subscriptions = [], managementGroups = [] } = body;
  if (subscriptions.length + managementGroups.length === 0) return estate.subscriptions.map(({ id }) => id);
  const named = [...subscriptions, ...managementGroups.flatMap((name) => subscriptionsBelow(estate, name))];
  const wanted = new Set(named.map((id) => id.toLowerCase()));
  return estate.subscriptions.map(({ id }) => id).filter((id) => wanted.has(id.toLowerCase()));
}

function refused(
  request: ArmRequest,
  error: QueryFailure,
  headers: Readonly<Record<string, string>>,
): ArmFailure {
  const timestamp = new Date().toISOString();
  const message = `Please provide below info when asking for support: timestamp = ${timestamp}, correlationId = ${request.correlationId}.`;
  return new ArmFailure(400, 'BadRequest', { message, details: error.details, headers });
}
