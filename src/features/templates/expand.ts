import { hash } from 'node:crypto';
import type { Json, JsonObject } from '#features/policy/index.ts';
import { EXPANSION_BUDGET } from './budget.ts';
import { evaluateWithLoops } from './copy.ts';
import { type FrameInput, openFrame } from './frames.ts';
import type { GivenParameters } from './parameters.ts';
import type { Collected, ExpandedResource } from './place.ts';
import { attempt, type TemplateProblem } from './problem.ts';
import { collectResources } from './resources.ts';
import type { DeploymentScope, Surroundings } from './scope.ts';
import { isValueObject, readProperty, readText, render } from './value.ts';

export type Expansion = {
  readonly resources: readonly ExpandedResource[];
  /** Outputs that are known before the deployment. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** Everything that is wrong; resources that are not named here are right. */
  readonly problems: readonly TemplateProblem[];
};

export type ExpandOptions = {
  readonly parameters?: GivenParameters;
  readonly scope: DeploymentScope;
  readonly surroundings?: Surroundings;
  readonly deploymentName?: string;
  /** ISO 8601. */
  readonly utcNow: string;
};

/** ARM's limits. Source: "Azure subscription and service limits", template limits. */
const MAX_RESOURCES = 800;
const MAX_TEMPLATE_CHARACTERS = 4 * 1024 * 1024;

/**
 * The resources of an ARM template with parameters, variables, loops, conditions, nested templates, child and
 * extension resources worked out. Pure: reads no clock; the same input gives the same resources.
 * Source: learn.microsoft.com, "Understand the structure and syntax of ARM templates".
 */
export function expandTemplate(template: JsonObject, options: ExpandOptions): Expansion {
  const problems: TemplateProblem[] = [];
  const text = JSON.stringify(template);
  if (text.length > MAX_TEMPLATE_CHARACTERS)
    return refusal('$', `the template is larger than ${MAX_TEMPLATE_CHARACTERS} characters`);
  const resources = readProperty(template, 'resources');
  if (resources === undefined || typeof resources !== 'object' || resources === null)
    return refusal('$.resources', 'a template needs resources: an array, or an object of symbolic names');
  const input: FrameInput = {
    template,
    parameters: options.parameters ?? {},
    scope: options.scope,
    surroundings: options.surroundings ?? {},
    deploymentName: options.deploymentName ?? 'main',
    utcNow: options.utcNow,
    newGuid: guids(text),
    budget: { left: EXPANSION_BUDGET },
  };
  const frame = attempt(problems, '$', () => openFrame(input, problems));
  if (!frame) return { resources: [], outputs: {}, problems };
  const collected: Collected = { resources: [], problems, limit: MAX_RESOURCES };
  collectResources(resources, frame, { path: '$.resources', collected, parent: undefined });
  const outputs = attempt(problems, '$.outputs', () => outputsOf(template, frame, problems)) ?? {};
  return { resources: collected.resources, outputs, problems };
}

function refusal(path: string, reason: string): Expansion {
  return { resources: [], outputs: {}, problems: [{ path, reason }] };
}

function outputsOf(
  template: JsonObject,
  frame: Parameters<typeof evaluateWithLoops>[1],
  problems: TemplateProblem[],
): Record<string, Json> {
  const declared = readProperty(template, 'outputs');
  const outputs: Record<string, Json> = {};
  for (const [name, output] of Object.entries(isValueObject(declared) ? declared : {})) {
    const source = isValueObject(output) ? readProperty(output, 'value') : undefined;
    const type = isValueObject(output) ? readText(output, 'type') : '';
    if (source === undefined || /^secure/i.test(type)) continue;
    const path = `$.outputs.${name}.value`;
    const value = attempt(problems, path, () => evaluateWithLoops(source, frame, path));
    if (value === undefined) continue;
    const { document, unknown } = render(value);
    if (unknown.length === 0) outputs[name] = document;
  }
  return outputs;
}

/** Reproducible in place of random ones. */
function guids(seed: string): () => string {
  let count = 0;
  return () => {
    count += 1;
    const hex = hash('sha256', `${count}|${seed}`);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
}
