import type { JsonObject } from '#features/policy/index.ts';
import type { Budget } from './budget.ts';
import { evaluateWithLoops } from './copy.ts';
import type { Frame, UserFunction } from './frame.ts';
import { bindParameters, type GivenParameters } from './parameters.ts';
import type { TemplateProblem } from './problem.ts';
import type { DeploymentScope, Surroundings } from './scope.ts';
import { isValueArray, isValueObject, readProperty, readText, type Value } from './value.ts';

export type FrameInput = {
  readonly template: JsonObject;
  readonly parameters: GivenParameters;
  readonly scope: DeploymentScope;
  readonly surroundings: Surroundings;
  readonly deploymentName: string;
  readonly utcNow: string;
  readonly newGuid: () => string;
  readonly budget: Budget;
};

/** What the expressions of a template see: its parameters bound, variables and functions at hand. */
export function openFrame(input: FrameInput, problems: TemplateProblem[]): Frame {
  const { template } = input;
  const bare: Frame = {
    ...input,
    parameters: new Map(),
    variables: new Map(),
    known: new Map(),
    open: new Set(),
    functions: userFunctions(template),
    indexes: new Map(),
    lambdas: new Map(),
    deployments: new Map(),
  };
  const parameters = bindParameters(bare, input.parameters, problems);
  return withVariables({ ...bare, parameters });
}

function withVariables(frame: Frame): Frame {
  const declared = readProperty(frame.template, 'variables');
  const { copy, ...plain } = isValueObject(declared) ? declared : {};
  const variables = new Map(
    Object.entries(plain).map(([name, source]) => [
      name.toLowerCase(),
      { source, path: `$.variables.${name}` },
    ]),
  );
  const complete = { ...frame, variables };
  const looped = isValueArray(copy) ? evaluateWithLoops({ copy }, complete, '$.variables') : {};
  for (const [name, value] of Object.entries(isValueObject(looped) ? looped : {})) {
    variables.set(name.toLowerCase(), { source: null, path: `$.variables.copy.${name}` });
    complete.known.set(name.toLowerCase(), value);
  }
  return complete;
}

/** `contoso.uniqueName` by lower-case name. Source: "User-defined functions in ARM template". */
function userFunctions(template: JsonObject): ReadonlyMap<string, UserFunction> {
  const found = new Map<string, UserFunction>();
  const declared = readProperty(template, 'functions');
  for (const namespace of isValueArray(declared) ? declared : []) {
    const members = isValueObject(namespace) ? readProperty(namespace, 'members') : undefined;
    if (!isValueObject(namespace) || !isValueObject(members)) continue;
    for (const [name, member] of Object.entries(members)) {
      if (!isValueObject(member)) continue;
      const full = `${readText(namespace, 'namespace')}.${name}`;
      found.set(full.toLowerCase(), {
        parameters: namesOf(member.parameters),
        output: outputOf(member.output),
      });
    }
  }
  return found;
}

function namesOf(parameters: Value | undefined): string[] {
  return (isValueArray(parameters) ? parameters : []).map((each) =>
    isValueObject(each) ? readText(each, 'name') : '',
  );
}

function outputOf(output: Value | undefined): Value {
  return (isValueObject(output) ? readProperty(output, 'value') : undefined) ?? null;
}
