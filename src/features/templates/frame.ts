import type { JsonObject } from '#features/policy/index.ts';
import type { Budget } from './budget.ts';
import type { DeploymentScope, Surroundings } from './scope.ts';
import type { Value, ValueObject } from './value.ts';

/** A user-defined function of a template (`functions[].members`). */
export type UserFunction = { readonly parameters: readonly string[]; readonly output: Value };

/** What expressions of one template see. */
export type Frame = {
  readonly scope: DeploymentScope;
  readonly surroundings: Surroundings;
  readonly deploymentName: string;
  readonly template: JsonObject;
  /** Parameter values by lower-case name. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** Variables as written, by lower-case name; evaluated when asked for. */
  readonly variables: ReadonlyMap<string, { readonly source: Value; readonly path: string }>;
  /** Variables that were asked for already. */
  readonly known: Map<string, Value>;
  /** Names of variables that are being evaluated: a circle is an error. */
  readonly open: Set<string>;
  readonly functions: ReadonlyMap<string, UserFunction>;
  /** Indexes of the copy loops around, by lower-case name; '' is the innermost. */
  readonly indexes: ReadonlyMap<string, number>;
  readonly lambdas: ReadonlyMap<string, Value>;
  /** Nested deployments of the same template, by lower-case symbolic name, name and id. */
  readonly deployments: Map<string, NestedDeployment>;
  readonly budget: Budget;
  /** ISO 8601 moment of the deployment. */
  readonly utcNow: string;
  /** What `newGuid()` gives: the same input expands to the same resources. */
  readonly newGuid: () => string;
};

/** A nested deployment, worked out when it is asked for. @throws TemplateFault */
export type NestedDeployment = {
  readonly scope: () => DeploymentScope;
  readonly open: () => { readonly template: ValueObject; readonly resources: Value; readonly frame: Frame };
  /** `{name: {value}}`. */
  readonly outputs: () => Value;
};
