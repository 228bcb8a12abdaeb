import type { JsonObject as Template } from '#features/policy/index.ts';
import {
  type ExpandedResource,
  type Expansion,
  expandTemplate,
  secureParameters,
} from '#features/templates/index.ts';
import type { JsonObject } from '../estate/model.ts';
import type { World } from '../world.ts';
import { ArmFailure, badRequest } from './failure.ts';
import type { ArmRequest } from './http.ts';

export type RunState = 'Accepted' | 'Running' | 'Succeeded' | 'Failed' | 'Canceled';
export type RunScope = { readonly subscriptionId: string; readonly resourceGroup: string | undefined };
export type Write = (request: ArmRequest, world: World, resource: ExpandedResource) => Promise<void>;
type Operation = { readonly resource: ExpandedResource; state: string; at: string; error?: JsonObject };
type RunError = { readonly code: string; readonly message: string; readonly details?: readonly JsonObject[] };

/** A deployment as Resource Manager keeps it. */
export type Run = {
  readonly name: string;
  readonly scope: RunScope;
  readonly correlationId: string;
  readonly startedAt: number;
  readonly expansion: Expansion;
  readonly outputTypes: Readonly<Record<string, string>>;
  readonly operations: Operation[];
  state: RunState;
  endedAt?: number;
  error?: RunError;
};

/** Deployments: one resource after the other, each takes its time. They are gone when the simulator stops. */
export class DeploymentRuns {
  readonly #runs = new Map<string, Run>();
  readonly #milliseconds: number;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  find(scope: RunScope, name: string): Run | undefined {
    return this.#runs.get(keyOf(scope, name));
  }

  list(scope: RunScope): Run[] {
    return [...this.#runs.values()].filter((run) => keyOf(run.scope, '') === keyOf(scope, ''));
  }

  /** @throws ArmFailure `DeploymentActive` while one of the name runs */
  start(request: ArmRequest, world: World, options: { scope: RunScope; name: string; write: Write }): Run {
    const { scope, name, write } = options;
    const known = this.find(scope, name);
    if (known && isRunning(known))
      throw new ArmFailure(409, 'DeploymentActive', {
        message: `Unable to edit or replace deployment '${name}': previous deployment from '${new Date(known.startedAt).toISOString()}' is still active.`,
      });
    const expansion = expandRequest(request, world, scope, name);
    const run: Run = {
      name,
      scope,
      correlationId: request.correlationId,
      startedAt: Date.now(),
      expansion,
      outputTypes: outputTypes(templateOf(request)),
      operations: [],
      state: 'Accepted',
    };
    this.#runs.set(keyOf(scope, name), run);
    const resources = expansion.resources.toSorted((a, b) => a.id.split('/').length - b.id.split('/').length);
    this.#later(() => this.#step(run, resources, (resource) => write(request, world, resource)));
    return run;
  }

  /** @throws ArmFailure where it does not run */
  cancel(run: Run): void {
    if (!isRunning(run))
      throw new ArmFailure(409, 'DeploymentCannotBeCancelled', {
        message: `The deployment '${run.name}' cannot be cancelled. The provisioning state is '${run.state}'.`,
      });
    end(run, 'Canceled');
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #step(
    run: Run,
    left: readonly ExpandedResource[],
    write: (one: ExpandedResource) => Promise<void>,
  ): Promise<void> {
    if (!isRunning(run)) return;
    run.state = 'Running';
    const [resource, ...rest] = left;
    if (!resource) return end(run, 'Succeeded');
    const operation: Operation = { resource, state: 'Succeeded', at: new Date().toISOString() };
    run.operations.push(operation);
    try {
      await write(resource);
    } catch (error) {
      if (!(error instanceof ArmFailure)) throw error;
      const { code, message } = error;
      operation.state = 'Failed';
      operation.error = { code, message };
      run.error = {
        code: 'DeploymentFailed',
        message:
          'At least one resource deployment operation failed. Please list deployment operations for details.',
        details: [{ code, message }],
      };
      return end(run, 'Failed');
    }
    this.#later(() => this.#step(run, rest, write));
  }

  #later(work: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void work();
    }, this.#milliseconds);
    this.#timers.add(timer);
  }
}

export function isRunning({ state }: Run): boolean {
  return state === 'Accepted' || state === 'Running';
}

/** The template of a request, expanded. @throws ArmFailure `InvalidTemplate` */
export function expandRequest(request: ArmRequest, world: World, scope: RunScope, name: string): Expansion {
  const { subscriptionId, resourceGroup } = scope;
  const group = resourceGroup === undefined ? undefined : world.estate.group(subscriptionId, resourceGroup);
  const properties = propertiesOf(request);
  const expansion = expandTemplate(templateOf(request), {
    parameters: Object(properties.parameters),
    scope:
      resourceGroup === undefined
        ? { kind: 'subscription', subscriptionId }
        : { kind: 'resourceGroup', subscriptionId, resourceGroup },
    surroundings: group ? { resourceGroup: { location: group.location, tags: Object(group.tags) } } : {},
    deploymentName: name,
    utcNow: new Date().toISOString(),
  });
  const [problem] = expansion.problems;
  if (problem)
    throw badRequest(
      'InvalidTemplate',
      `Deployment template validation failed: '${problem.path}: ${problem.reason}'.`,
    );
  return expansion;
}

function propertiesOf(request: ArmRequest): JsonObject {
  const body = Object(request.body) as JsonObject;
  return Object(body.properties) as JsonObject;
}

function templateOf(request: ArmRequest): Template {
  const { template } = propertiesOf(request);
  if (typeof template === 'object' && template !== null && !Array.isArray(template))
    return template as Template;
  throw badRequest(
    'InvalidRequestContent',
    "The request content was invalid: 'properties.template' is required.",
  );
}

/** Types of the outputs as a template declares them; secure parameters are not shown either. */
function outputTypes(template: Template): Record<string, string> {
  const secure = secureParameters(template);
  const outputs = Object.entries(Object(template.outputs) as JsonObject);
  return Object.fromEntries(
    outputs
      .filter(([name]) => !secure.has(name.toLowerCase()))
      .map(([name, output]) => [name, typeOf(output)]),
  );
}

function typeOf(output: unknown): string {
  const { type } = Object(output) as JsonObject;
  return typeof type === 'string' ? type : 'string';
}

function end(run: Run, state: RunState): void {
  run.state = state;
  run.endedAt = Date.now();
}

function keyOf({ subscriptionId, resourceGroup }: RunScope, name: string): string {
  return `${subscriptionId}|${resourceGroup ?? ''}|${name}`.toLowerCase();
}
