import { findFunction } from '../functions/registry.ts';
import type { Selected } from '../json/json.ts';
import { limits } from '../limits.ts';
import { report } from '../problems.ts';
import type { Run } from '../run.ts';
import { selectProperty } from './access.ts';
import type { Expression, Template } from './ast.ts';
import { callFunction } from './call.ts';
import { type CompiledExpression, constant, type ExpressionEnvironment, stageOf } from './compiled.ts';
import { ExpressionFault, failure, inExpression, shown } from './fault.ts';

/** Compiles a value that may hold expressions. Bound results are computed once per binding. */
export function compileTemplate(template: Template, environment: ExpressionEnvironment): CompiledExpression {
  switch (template.kind) {
    case 'constant':
      return constant(template.value);
    case 'expression':
      return compileRoot(template, environment);
    case 'array': {
      const items = template.items.map((item) => compileTemplate(item, environment));
      return { stage: stageOf(items), evaluate: (run) => items.map((item) => item.evaluate(run) ?? null) };
    }
    case 'object': {
      const entries = template.entries.map(
        ([key, item]) => [key, compileTemplate(item, environment)] as const,
      );
      return {
        stage: stageOf(entries.map(([, item]) => item)),
        evaluate: (run) =>
          Object.fromEntries(entries.map(([key, item]) => [key, item.evaluate(run) ?? null])),
      };
    }
  }
}

type ExpressionTemplate = Extract<Template, { kind: 'expression' }>;

function compileRoot(template: ExpressionTemplate, environment: ExpressionEnvironment): CompiledExpression {
  const compiled = compileExpression(template.expression, environment, template.path);
  const named = withText(compiled.evaluate, template.text);
  if (compiled.stage === 'run') return { stage: 'run', evaluate: named };
  return { stage: 'bound', evaluate: once(named, environment) };
}

/** Names the whole expression in errors raised within it. */
function withText(evaluate: (run: Run) => Selected, text: string): (run: Run) => Selected {
  return (run) => {
    try {
      return evaluate(run);
    } catch (caught) {
      if (caught instanceof ExpressionFault) throw new ExpressionFault(inExpression(caught.fault, text));
      throw caught;
    }
  };
}

interface Memo {
  readonly value: Selected;
}

/** Computes a result once per binding; failures are computed anew, they end the evaluation anyway. */
function once(evaluate: (run: Run) => Selected, environment: ExpressionEnvironment): (run: Run) => Selected {
  const slot = environment.totals.slots++;
  return (run) => {
    const known = run.bound.memo[slot] as Memo | undefined;
    if (known !== undefined) return known.value;
    const value = evaluate(run);
    run.bound.memo[slot] = { value } satisfies Memo;
    return value;
  };
}

/** Compiles one expression; unknown functions and wrong numbers of arguments are reported. */
export function compileExpression(
  expression: Expression,
  environment: ExpressionEnvironment,
  path: string,
): CompiledExpression {
  switch (expression.kind) {
    case 'literal':
      return constant(expression.value);
    case 'access':
      return compileAccess(
        compileExpression(expression.target, environment, path),
        compileExpression(expression.key, environment, path),
        environment,
      );
    case 'call':
      return compileCall(expression, environment, path);
  }
}

function compileCall(
  call: Extract<Expression, { kind: 'call' }>,
  environment: ExpressionEnvironment,
  path: string,
): CompiledExpression {
  const { args } = call;
  environment.totals.functions += 1;
  const found = findFunction(call.name, environment.semantics);
  if (found.kind === 'none') {
    report(environment.problems, found.problem, { path, reason: found.reason, nearest: found.nearest });
    for (const each of args) compileExpression(each, environment, path);
    return constant(null);
  }
  const [least, most] = found.arity;
  if (args.length < least || args.length > Math.min(most, limits.argumentsPerFunction)) {
    const wanted =
      least === most
        ? String(least)
        : most === Number.POSITIVE_INFINITY
          ? `${least} or more`
          : `${least} to ${most}`;
    report(environment.problems, 'argumentCount', {
      path,
      reason: `${call.name}() takes ${wanted} arguments but was given ${args.length}`,
    });
    return constant(null);
  }
  const compile = (each: Expression) => compileExpression(each, environment, path);
  if (found.kind === 'special') return found.special.compile({ args, environment, path, compile });
  const compiled = args.map(compile);
  const { plain } = found;
  const lenient = environment.semantics.functions === 'regorus';
  return { stage: stageOf(compiled), evaluate: (run) => callFunction(plain, compiled, { run, lenient }) };
}

/** `target.key` and `target[key]`: properties ignoring case, members by index. */
function compileAccess(
  target: CompiledExpression,
  key: CompiledExpression,
  environment: ExpressionEnvironment,
): CompiledExpression {
  const lenient = environment.semantics.functions === 'regorus';
  return {
    stage: stageOf([target, key]),
    ...(target.absent?.inherited ? { absent: target.absent } : {}),
    evaluate(run) {
      const from = target.evaluate(run);
      const at = key.evaluate(run);
      const value = selectProperty(from, at);
      if (value !== undefined) return value;
      if (target.absent !== undefined) return target.absent.read(at);
      if (lenient) return undefined;
      throw failure(`${shown(from)} has no property ${shown(at)}`);
    },
  };
}
