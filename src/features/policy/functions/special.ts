import { type CompiledExpression, constant, stageOf } from '../expressions/compiled.ts';
import { type ExpressionFault, failure, missingData, shown } from '../expressions/fault.ts';
import { compileCurrent } from '../fields/current.ts';
import { compileFieldFunction } from '../fields/fieldFunction.ts';
import type { Json, Selected } from '../json/json.ts';
import { wordOf } from '../json/json.ts';
import { report } from '../problems.ts';
import type { PolicyContext, Run } from '../run.ts';
import { parseMoment, roundTripText } from '../text/dates.ts';
import { nearest } from '../text/nearest.ts';
import type { CallSite, SpecialFunction } from './function.ts';

/** Functions that need more than the values of their arguments. */
export const specialFunctions: readonly SpecialFunction[] = [
  { name: 'if', arity: [3, 3], compile: compileIf },
  { name: 'parameters', arity: [1, 1], compile: compileParameters },
  { name: 'field', arity: [1, 1], compile: compileFieldFunction },
  { name: 'current', arity: [0, 1], compile: compileCurrent },
  contextFunction('resourceGroup', (context) => context.resourceGroup as Selected),
  contextFunction('subscription', (context) => context.subscription as Selected),
  contextFunction('policy', (context) => context.policy),
  { name: 'requestContext', arity: [0, 0], compile: compileRequestContext },
  { name: 'utcNow', arity: [0, 1], compile: compileUtcNow },
];

/** Only the branch that is taken is evaluated, as the documentation's substring example requires. */
function compileIf(site: CallSite): CompiledExpression {
  const [condition, whenTrue, whenFalse] = site.args.map(site.compile);
  if (condition === undefined || whenTrue === undefined || whenFalse === undefined) return constant(null);
  const lenient = site.environment.semantics.functions === 'regorus';
  return {
    stage: stageOf([condition, whenTrue, whenFalse]),
    evaluate(run) {
      const test = condition.evaluate(run);
      if (typeof test !== 'boolean' && !lenient)
        throw failure(`if(): the condition is ${shown(test)}, not a boolean`);
      return test === true ? whenTrue.evaluate(run) : whenFalse.evaluate(run);
    },
  };
}

function compileParameters(site: CallSite): CompiledExpression {
  const [name] = site.args;
  const { parameters } = site.environment;
  if (name?.kind !== 'literal' || typeof name.value !== 'string') return computedParameter(site);
  const lower = name.value.toLowerCase();
  const index = parameters?.get(lower);
  if (index !== undefined) {
    const missing = missingData(
      `parameters.${name.value}`,
      'the parameter has neither a value nor a default',
    );
    return {
      stage: 'bound',
      evaluate: (run) => run.bound.values[index] ?? nothing(run, index, lenientIn(site) ? null : missing),
    };
  }
  if (parameters !== null) {
    const meant = () => nearest(lower, parameters.keys());
    const reason = `the definition declares no parameter ${shown(name.value)}`;
    report(site.environment.problems, 'unknownParameter', { path: site.path, reason, nearest: meant });
  }
  return { stage: 'bound', evaluate: (run) => openParameter(run, lower, lenientIn(site)) };
}

/** An explicit null is a value; undefined is not. */
function nothing(run: Run, index: number, missing: ExpressionFault | null): Selected {
  if (run.bound.values[index] === null) return null;
  if (missing !== null) throw missing;
  return undefined;
}

/** In regorus, what is not given has no value. */
function lenientIn(site: CallSite): boolean {
  return site.environment.semantics.functions === 'regorus';
}

function computedParameter(site: CallSite): CompiledExpression {
  const [name = constant(null)] = site.args.map(site.compile);
  const { parameters } = site.environment;
  return {
    stage: name.stage,
    evaluate(run) {
      const lower = wordOf(name.evaluate(run)).toLowerCase();
      const index = parameters?.get(lower);
      const value = index === undefined ? undefined : run.bound.values[index];
      return value === undefined ? openParameter(run, lower, lenientIn(site)) : value;
    },
  };
}

function openParameter(run: Run, lower: string, lenient: boolean): Selected {
  const value = Object.hasOwn(run.bound.open, lower) ? run.bound.open[lower] : undefined;
  if (value === undefined && !lenient)
    throw missingData(`parameters.${lower}`, 'no value was given for the parameter');
  return value;
}

/**
 * A function that returns a part of the evaluation's context as it was given. What it lacks reads as "": built-in
 * policies ask for `resourceGroup().tags[…]` and `resourceGroup().managedBy` without a guard.
 */
function contextFunction(name: string, read: (context: PolicyContext) => unknown): SpecialFunction {
  return {
    name,
    arity: [0, 0],
    compile(site) {
      site.environment.needs.add(name);
      const missing = missingData(`context.${name}`, `the rule calls ${name}()`);
      return {
        stage: 'run',
        ...(lenientIn(site) ? {} : { absent: { read: () => '', inherited: true } }),
        evaluate(run) {
          const value = read(run.context);
          if (value !== undefined && value !== null) return value as Json;
          if (lenientIn(site)) return undefined;
          throw missing;
        },
      };
    },
  };
}

/** A request that lacks what is asked of it (the identity, in a scan) leaves the question open rather than failing. */
function compileRequestContext(site: CallSite): CompiledExpression {
  site.environment.needs.add('requestContext');
  const missing = missingData('context.requestContext', 'the rule calls requestContext()');
  return {
    stage: 'run',
    ...(lenientIn(site) ? {} : { absent: { read: absentInRequest, inherited: false } }),
    evaluate(run) {
      const request = run.context.requestContext;
      if (request !== undefined) return request as Json;
      if (lenientIn(site)) return undefined;
      throw missing;
    },
  };
}

function absentInRequest(key: Selected): never {
  throw missingData(`context.requestContext.${wordOf(key)}`, 'the rule asks about the request');
}

function compileUtcNow(site: CallSite): CompiledExpression {
  site.environment.needs.add('utcNow');
  if (site.args.length > 0) {
    const reason = 'utcNow() takes no format in a policy rule';
    report(site.environment.problems, 'argumentCount', { path: site.path, reason });
  }
  const missing = missingData('context.utcNow', 'the rule calls utcNow()');
  const plain = site.environment.semantics.functions === 'azure';
  return {
    stage: 'run',
    evaluate(run) {
      const now = run.context.utcNow;
      if (now === undefined) throw missing;
      const moment = plain ? parseMoment(now) : null;
      return (moment === null ? null : roundTripText(moment)) ?? now;
    },
  };
}
