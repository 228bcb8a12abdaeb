import type { PlainFunction } from '../functions/function.ts';
import type { Json, Selected } from '../json/json.ts';
import { measure } from '../json/measure.ts';
import { limits } from '../limits.ts';
import type { Run } from '../run.ts';
import type { CompiledExpression } from './compiled.ts';
import { ExpressionFault, failure } from './fault.ts';
import { spend } from './work.ts';

const largest = { depth: limits.objectDepth, nodes: limits.objectNodes };

/** How a function is called. `lenient`: failures become undefined, as in regorus. */
export interface CallMode {
  readonly run: Run;
  readonly lenient: boolean;
}

/**
 * Calls a plain function within Azure's limits on values.
 * @throws ExpressionFault when an argument does not fit or a value is too large.
 */
export function callFunction(
  plain: PlainFunction,
  args: readonly CompiledExpression[],
  mode: CallMode,
): Selected {
  const call = { name: plain.name, run: mode.run };
  const given = args.map((arg) => arg.evaluate(mode.run));
  const values = given.map((value) => withinLimits(value ?? null, call));
  if (!mode.lenient) return withinLimits(plain.call(values) ?? null, call);
  if (given.includes(undefined) && !plain.acceptsMissing) return undefined;
  return callLeniently(plain, values, mode.run);
}

/** Calls a function the way regorus does: what cannot be computed is undefined. */
function callLeniently(plain: PlainFunction, values: readonly Json[], run: Run): Selected {
  try {
    const result = plain.call(values);
    return result === undefined ? undefined : withinLimits(result, { name: plain.name, run });
  } catch (caught) {
    if (caught instanceof ExpressionFault && !caught.fault.hard) return undefined;
    throw caught;
  }
}

function withinLimits(value: Json, { name, run }: { readonly name: string; readonly run: Run }): Json {
  if (typeof value === 'string') {
    spend(run, value.length >> 4);
    if (value.length <= limits.stringLength) return value;
    throw failure(`${name}(): a string is longer than ${limits.stringLength} characters`);
  }
  if (typeof value !== 'object' || value === null) return value;
  const size = measure(value, largest);
  spend(run, size.nodes);
  if (size.nodes > largest.nodes) throw failure(`${name}(): a value has more than ${largest.nodes} nodes`);
  if (size.depth > largest.depth)
    throw failure(`${name}(): a value is nested deeper than ${largest.depth} levels`);
  return value;
}
