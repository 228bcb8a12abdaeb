import { dateFunctions } from './dates.ts';
import type { TemplateFunction } from './function.ts';
import { lambdaFunctions } from './lambdas.ts';
import { resourceIdFunctions } from './resourceIds.ts';
import { runtimeFunctions } from './runtime.ts';
import { surroundingFunctions } from './surroundings.ts';
import { valueFunctions } from './values.ts';

/** Functions of ARM templates beyond those that policy rules share with them. */
const functions: ReadonlyMap<string, TemplateFunction> = new Map(
  Object.entries({
    ...valueFunctions,
    ...surroundingFunctions,
    ...resourceIdFunctions,
    ...dateFunctions,
    ...lambdaFunctions,
    ...runtimeFunctions,
  }).map(([name, call]) => [name.toLowerCase(), call]),
);
const list = functions.get('list*');

/** A function by name in any casing; every `list…` is one. */
export function findTemplateFunction(name: string): TemplateFunction | undefined {
  const lower = name.toLowerCase();
  return functions.get(lower) ?? (/^list[a-z]+$/.test(lower) ? list : undefined);
}
