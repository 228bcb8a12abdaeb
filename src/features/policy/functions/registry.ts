import { failure } from '../expressions/fault.ts';
import type { Json } from '../json/json.ts';
import { azureSemantics, type PolicySemantics } from '../semantics.ts';
import { nearest } from '../text/nearest.ts';
import { collectionFunctions } from './collections.ts';
import { dateFunctions } from './dates.ts';
import { encodingFunctions } from './encoding.ts';
import type { PlainFunction, SpecialFunction } from './function.ts';
import { hashingFunctions } from './hashing.ts';
import { logicFunctions } from './logic.ts';
import { networkFunctions } from './network.ts';
import { numberFunctions } from './numbers.ts';
import { objectFunctions } from './objects.ts';
import { operatorFunctions } from './operatorFunctions.ts';
import { missingInRegorus, regorusFunctions } from './regorus.ts';
import { specialFunctions } from './special.ts';
import { stringFunctions } from './strings.ts';
import { isUnavailable } from './unavailable.ts';

/** Azure's template functions, one line per family. */
const plain = byName([
  ...stringFunctions,
  ...numberFunctions,
  ...collectionFunctions,
  ...objectFunctions,
  ...encodingFunctions,
  ...logicFunctions,
  ...dateFunctions,
  ...networkFunctions,
  ...hashingFunctions,
]);
const regorus = byName(regorusFunctions);
const special = byName(specialFunctions);

function byName<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
): ReadonlyMap<string, Entry> {
  return new Map(entries.map((entry) => [entry.name.toLowerCase(), entry]));
}

/** A function, or why there is none. */
export type FoundFunction =
  | { readonly kind: 'plain'; readonly arity: readonly [number, number]; readonly plain: PlainFunction }
  | { readonly kind: 'special'; readonly arity: readonly [number, number]; readonly special: SpecialFunction }
  | {
      readonly kind: 'none';
      readonly problem: 'unknownFunction' | 'unavailableFunction';
      readonly reason: string;
      readonly nearest?: string | undefined;
    };

/** Finds a template function by name in any casing, in the library that the semantics ask for. */
export function findFunction(name: string, semantics: PolicySemantics): FoundFunction {
  const lower = name.toLowerCase();
  const lenient = semantics.functions === 'regorus';
  if (lenient && missingInRegorus.has(lower))
    return none('unavailableFunction', `regorus does not evaluate ${name}()`);
  const specialFunction = special.get(lower);
  if (specialFunction) return { kind: 'special', arity: specialFunction.arity, special: specialFunction };
  const found =
    operatorFunctions(semantics).get(lower) ?? (lenient ? regorus.get(lower) : undefined) ?? plain.get(lower);
  if (found) return { kind: 'plain', arity: found.arity, plain: found };
  if (isUnavailable(lower)) return none('unavailableFunction', `policy rules may not call ${name}()`);
  const meant = nearest(name, functionNames());
  return {
    ...none('unknownFunction', `there is no function ${name}()`),
    ...(meant === undefined ? {} : { nearest: meant }),
  };
}

function none(problem: 'unknownFunction' | 'unavailableFunction', reason: string) {
  return { kind: 'none', problem, reason } as const;
}

/**
 * Calls a function that policy rules share with ARM templates.
 * @throws ExpressionFault where there is none of that name or the arguments do not fit
 */
export function callTemplateFunction(name: string, args: readonly Json[]): Json {
  const found = findFunction(name, azureSemantics);
  if (found.kind !== 'plain') throw failure(`there is no function ${name}()`);
  const [least, most] = found.arity;
  if (args.length < least || args.length > most)
    throw failure(`${name}() was given ${args.length} arguments`);
  return found.plain.call(args) ?? null;
}

/** The names of all functions that policy rules may call. */
export function functionNames(): string[] {
  return [...plain.values(), ...special.values()].map((entry) => entry.name);
}
