import { argumentHolds } from '../operators/asFunction.ts';
import type { PolicySemantics } from '../semantics.ts';
import type { PlainFunction } from './function.ts';

/** Template functions that one reading of the language takes for the condition operator of the same name. */
const readings: readonly {
  readonly name: string;
  readonly applies: (semantics: PolicySemantics) => boolean;
}[] = [
  { name: 'equals', applies: (semantics) => semantics.templateEquals === 'operator' },
  { name: 'contains', applies: (semantics) => semantics.templateContains === 'operator' },
  { name: 'less', applies: (semantics) => semantics.functions === 'regorus' },
  { name: 'lessOrEquals', applies: (semantics) => semantics.functions === 'regorus' },
  { name: 'greater', applies: (semantics) => semantics.functions === 'regorus' },
  { name: 'greaterOrEquals', applies: (semantics) => semantics.functions === 'regorus' },
];

const known = new WeakMap<PolicySemantics, ReadonlyMap<string, PlainFunction>>();

/** The functions that are operators under these semantics, by lower-case name. */
export function operatorFunctions(semantics: PolicySemantics): ReadonlyMap<string, PlainFunction> {
  const cached = known.get(semantics);
  if (cached) return cached;
  const functions = new Map(
    readings
      .filter((reading) => reading.applies(semantics))
      .map(({ name }) => [name.toLowerCase(), operatorFunction(name, semantics)]),
  );
  known.set(semantics, functions);
  return functions;
}

function operatorFunction(name: string, semantics: PolicySemantics): PlainFunction {
  return { name, arity: [2, 2], acceptsMissing: true, call: (args) => argumentHolds(name, args, semantics) };
}
