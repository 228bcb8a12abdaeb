import { type Expansion, expandTemplate } from '#features/templates/index.ts';
import { AzureError } from '#platform/azureClient.ts';
import type { AzureDeployments, WhatIfChange } from '#platform/azureDeployments.ts';
import type { Clock } from '#platform/clock.ts';
import { ruleFor } from './approval.ts';
import { checkResources, type EvaluateDocuments } from './check.ts';
import type { ApprovalRule, Deployment, PlannedChange } from './schema.ts';
import type { DeploymentBody, Kept } from './store.ts';

/** What a step needs; secure values are in `body` by now. */
export type StepContext = {
  readonly tenantId: string;
  readonly deployment: Kept<Deployment>;
  readonly body: DeploymentBody;
  readonly azure: AzureDeployments;
  readonly evaluate: EvaluateDocuments;
  readonly rules: readonly ApprovalRule[];
  readonly clock: Clock;
};

/** What a step came to: the change, and when to look again (seconds; undefined: at once). */
export type StepResult = {
  readonly change: Partial<Deployment>;
  readonly againAfter?: number;
};

/** How each status is left; a status that is not here waits for a person or has ended. Every step may run twice. */
export const steps: Readonly<
  Partial<Record<Deployment['status'], (context: StepContext) => Promise<StepResult>>>
> = {
  checking: check,
  validating: validate,
  deploying: deploy,
  cancelling: cancel,
};

/** Seconds until the next look: soon at first, seldom where it takes long. */
function patience({ created_at: since }: Deployment, now: Date): number {
  const age = (now.getTime() - Date.parse(since)) / 1000;
  return Math.min(30, Math.max(1, Math.round(age / 10)));
}

export function expand(
  { subscription_id: subscriptionId, resource_group_name: group, deployment_name: name }: Deployment,
  { template, parameters }: DeploymentBody,
  utcNow: string,
): Expansion {
  const scope = group
    ? ({ kind: 'resourceGroup', subscriptionId, resourceGroup: group } as const)
    : ({ kind: 'subscription', subscriptionId } as const);
  return expandTemplate(template, { scope, parameters, utcNow, deploymentName: name });
}

async function check({ tenantId, deployment, body, evaluate, rules }: StepContext): Promise<StepResult> {
  const { resources, problems } = expand(deployment, body, deployment.created_at);
  if (problems.length > 0) {
    const error = problems.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
    return { change: { status: 'invalid', error } };
  }
  const findings = await checkResources(evaluate, tenantId, resources);
  const change = { findings, resources: resources.map(({ id }) => id) };
  if (findings.some(({ outcome }) => outcome === 'denied'))
    return { change: { ...change, status: 'denied' } };
  const rule = ruleFor(rules, { resources, findings });
  if (rule && !deployment.dry_run) {
    return {
      change: { ...change, status: 'awaiting_approval', approval: { role: rule.role, rule: rule.name } },
    };
  }
  return { change: { ...change, status: 'validating' } };
}

async function validate({ deployment, body, azure }: StepContext): Promise<StepResult> {
  const scope = scopeOf(deployment);
  const azureBody = toAzure(deployment, body);
  try {
    const refusal = await azure.validate(scope, deployment.deployment_name, azureBody);
    if (refusal !== undefined) return { change: { status: 'invalid', error: refusal } };
    const changes = (await azure.whatIf(scope, deployment.deployment_name, azureBody)).map(toPlanned);
    if (deployment.dry_run) return { change: { status: 'planned', changes } };
    return { change: { status: 'deploying', changes } };
  } catch (error) {
    return afterRefusal(error, 'invalid');
  }
}

async function deploy({ deployment, body, azure, clock }: StepContext): Promise<StepResult> {
  const scope = scopeOf(deployment);
  const againAfter = patience(deployment, clock.now());
  const { deployment_name: name } = deployment;
  try {
    const state = await stateOf(azure, scope, name);
    if (!state) {
      await azure.start(scope, name, toAzure(deployment, body));
      return { change: {}, againAfter };
    }
    return afterPoll(deployment, state, againAfter);
  } catch (error) {
    return afterRefusal(error, 'failed');
  }
}

async function cancel({ deployment, azure, clock }: StepContext): Promise<StepResult> {
  const scope = scopeOf(deployment);
  const againAfter = patience(deployment, clock.now());
  const state = await stateOf(azure, scope, deployment.deployment_name);
  if (!state) return { change: { status: 'cancelled' } };
  if (isRunning(state.provisioningState)) {
    try {
      await azure.cancel(scope, deployment.deployment_name);
    } catch (error) {
      // It ended between the two calls: the next look tells how.
      if (!(error instanceof AzureError) || error.kind !== 'badRequest') throw error;
    }
    return { change: {}, againAfter };
  }
  return afterPoll(deployment, state, againAfter);
}

type AzureState = Awaited<ReturnType<AzureDeployments['get']>>;

/** Undefined where Azure knows no deployment of that name. */
async function stateOf(
  azure: AzureDeployments,
  scope: ReturnType<typeof scopeOf>,
  name: string,
): Promise<AzureState | undefined> {
  try {
    return await azure.get(scope, name);
  } catch (error) {
    if (error instanceof AzureError && error.kind === 'notFound') return undefined;
    throw error;
  }
}

function isRunning(state: string): boolean {
  return !['Succeeded', 'Failed', 'Canceled', 'Deleted'].includes(state);
}

const STATUS_OF: Readonly<Record<string, Deployment['status']>> = {
  Succeeded: 'succeeded',
  Canceled: 'cancelled',
};

function afterPoll(deployment: Deployment, state: AzureState, againAfter: number): StepResult {
  const correlation = state.correlationId ?? null;
  if (isRunning(state.provisioningState)) {
    const change = deployment.correlation_id === correlation ? {} : { correlation_id: correlation };
    return { change, againAfter };
  }
  return {
    change: {
      status: STATUS_OF[state.provisioningState] ?? 'failed',
      correlation_id: correlation,
      outputs: plainOutputs(state.outputs),
      error: state.error ?? null,
    },
  };
}

/** Azure answers `{name: {type, value}}`; secure outputs come without a value and stay away. */
function plainOutputs(outputs: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  const entries = Object.entries(outputs ?? {}).flatMap(([name, output]) => {
    const { type, value } = Object(output) as { type?: unknown; value?: unknown };
    const isSecure = typeof type === 'string' && /^secure/i.test(type);
    return isSecure || value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** What Azure refuses ends the deployment; what is only busy or away is tried again by the queue. */
function afterRefusal(error: unknown, status: 'invalid' | 'failed'): StepResult {
  if (!(error instanceof AzureError) || error.kind === 'throttled' || error.kind === 'unavailable')
    throw error;
  if (/DeploymentActive/.test(error.message)) return { change: {}, againAfter: 1 };
  const role =
    error.kind === 'refused' ? ' The identity AZURE_WRITER_CLIENT_ID needs the role Contributor there.' : '';
  return { change: { status, error: `${error.message}${role}` } };
}

export function scopeText({ subscription_id: id, resource_group_name: group }: Deployment): string {
  return `/subscriptions/${id}${group ? `/resourceGroups/${group}` : ''}`;
}

export function scopeOf({ subscription_id: subscriptionId, resource_group_name: group }: Deployment) {
  return { subscriptionId, ...(group !== null && { resourceGroup: group }) };
}

function toAzure({ location }: Deployment, { template, parameters }: DeploymentBody) {
  const given = Object.entries(parameters).map(([name, value]) => [name, wrapped(value)] as const);
  return { template, parameters: Object.fromEntries(given), ...(location !== null && { location }) };
}

/** Resource Manager wants `{value}` or `{reference}`; callers may give bare values. */
function wrapped(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && ('value' in value || 'reference' in value) ? { ...value } : { value };
}

function toPlanned({ resourceId, changeType, delta }: WhatIfChange): PlannedChange {
  return { resource_id: resourceId, change: changeType, paths: delta.map(({ path }) => String(path)) };
}
