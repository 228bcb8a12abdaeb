import { compileTemplate } from '../expressions/compile.ts';
import type { ExpressionEnvironment } from '../expressions/compiled.ts';
import { ExpressionFault } from '../expressions/fault.ts';
import { isArray, type Json, type Selected } from '../json/json.ts';
import type { Operator, Predicate } from '../operators/operator.ts';
import { report } from '../problems.ts';
import { fail, type Run } from '../run.ts';
import type { LeafCondition } from './ast.ts';

/** The right side of a condition, compiled together with its operator. */
export interface CompiledOperand {
  readonly predicate: Predicate;
  /** Whether the right side depends on parameters at most. */
  readonly bound: boolean;
  /** @throws ExpressionFault */
  readonly expected: (run: Run) => Selected;
}

/** Rewrites texts of the right side the way the field rewrites its own. */
export type Normalize = (text: string) => string;

/** Compiles an operator and its right side: once for literals, once per binding for parameters, else each time. */
export function compileOperand(
  leaf: LeafCondition,
  environment: ExpressionEnvironment,
  normalize: Normalize | undefined,
): CompiledOperand {
  const { operator, right } = leaf;
  const { semantics } = environment;
  const compiled = compileTemplate(right, environment);
  const expected = (run: Run) => compiled.evaluate(run);
  if (right.kind === 'constant') {
    const prepared = operator.prepare(normalized(right.value, normalize), semantics);
    if (typeof prepared !== 'string') return { predicate: prepared, bound: true, expected };
    report(environment.problems, 'operand', { path: leaf.rightPath, reason: `${operator.name} ${prepared}` });
    return { predicate: () => false, bound: true, expected };
  }
  const prepare = (run: Run) => prepareNow(expected(run), { operator, environment, normalize });
  const bound = compiled.stage === 'bound';
  return {
    predicate: bound ? rememberedPredicate(prepare, environment) : freshPredicate(prepare),
    bound,
    expected,
  };
}

interface Preparation {
  readonly operator: Operator;
  readonly environment: ExpressionEnvironment;
  readonly normalize: Normalize | undefined;
}

function prepareNow(value: Selected, preparation: Preparation): Predicate {
  const { operator, environment, normalize } = preparation;
  const { semantics } = environment;
  const lenient = semantics.nullOperand === 'compare';
  if (!lenient && (value === null || value === undefined)) return failing(operator, 'the right side is null');
  const prepared = operator.prepare(normalized(value ?? null, normalize), semantics);
  if (typeof prepared !== 'string') return prepared;
  return lenient ? () => operator.name.startsWith('not') : failing(operator, prepared);
}

function failing(operator: Operator, reason: string): Predicate {
  return (_left, run) => fail(run, { kind: 'error', subject: '', reason: `${operator.name}: ${reason}` });
}

function normalized(value: Json, normalize: Normalize | undefined): Json {
  if (normalize === undefined) return value;
  if (typeof value === 'string') return normalize(value);
  return isArray(value) ? value.map((each) => (typeof each === 'string' ? normalize(each) : each)) : value;
}

function rememberedPredicate(
  prepare: (run: Run) => Predicate,
  environment: ExpressionEnvironment,
): Predicate {
  const slot = environment.totals.slots++;
  return (left, run) => {
    const known = run.bound.memo[slot] as Predicate | undefined;
    if (known !== undefined) return known(left, run);
    const predicate = guarded(prepare, run);
    if (predicate === null) return false;
    run.bound.memo[slot] = predicate;
    return predicate(left, run);
  };
}

function freshPredicate(prepare: (run: Run) => Predicate): Predicate {
  return (left, run) => guarded(prepare, run)?.(left, run) ?? false;
}

function guarded(prepare: (run: Run) => Predicate, run: Run): Predicate | null {
  try {
    return prepare(run);
  } catch (caught) {
    if (!(caught instanceof ExpressionFault)) throw caught;
    fail(run, caught.fault);
    return null;
  }
}
