import { compileTemplate } from '../expressions/compile.ts';
import { ExpressionFault } from '../expressions/fault.ts';
import { brief } from '../expressions/template.ts';
import type { Test } from '../fields/access.ts';
import { type CompiledField, compileComputedField, compileField } from '../fields/compile.ts';
import type { Selected } from '../json/json.ts';
import { wordOf } from '../json/json.ts';
import { pathText, type Segment } from '../paths/parse.ts';
import { fail, type Run } from '../run.ts';
import type { Condition, LeafCondition, LeftSide } from './ast.ts';
import type { CompiledCondition, CompiledLeaf } from './compiled.ts';
import { compileFieldCount, compileValueCount } from './count.ts';
import type { ConditionEnvironment } from './environment.ts';
import { compileOperand } from './operand.ts';

/** Compiles a condition into closures. Problems go to the environment; the result is usable only without errors. */
export function compileCondition(condition: Condition, environment: ConditionEnvironment): CompiledCondition {
  if (condition.kind === 'leaf') return compileLeaf(condition, environment);
  if (condition.kind === 'not') {
    const of = compileCondition(condition.of, environment);
    const { test } = of;
    return { kind: 'not', path: condition.path, of, test: (run) => !test(run) };
  }
  const of = condition.of.map((each) => compileCondition(each, environment));
  const tests = of.map((each) => each.test);
  return {
    kind: condition.kind,
    path: condition.path,
    of,
    test: condition.kind === 'allOf' ? every(tests) : some(tests),
  };
}

function every(tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (tests.length === 2 && first && second) return (run) => first(run) && second(run);
  return (run) => {
    for (const test of tests) if (!test(run)) return false;
    return true;
  };
}

function some(tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (tests.length === 2 && first && second) return (run) => first(run) || second(run);
  return (run) => {
    for (const test of tests) if (test(run)) return true;
    return false;
  };
}

function compileLeaf(leaf: LeafCondition, environment: ConditionEnvironment): CompiledLeaf {
  const { left } = leaf;
  switch (left.kind) {
    case 'field':
      return compileFieldLeaf(leaf, left, environment);
    case 'value':
      return compileValueLeaf(leaf, left, environment);
    case 'fieldCount':
      return compileCountLeaf(leaf, compileFieldCount(left, environment, compileCondition), environment);
    case 'valueCount':
      return compileCountLeaf(leaf, compileValueCount(left, environment, compileCondition), environment);
  }
}

function compileFieldLeaf(
  leaf: LeafCondition,
  left: Extract<LeftSide, { kind: 'field' }>,
  environment: ConditionEnvironment,
): CompiledLeaf {
  const field = fieldOf(left, environment);
  const operand = compileOperand(leaf, environment, field?.reference?.normalize);
  const test = field?.test(operand.predicate) ?? (() => false);
  return {
    ...leafBase(leaf),
    test: nameFaults(leaf, test),
    field,
    property: propertyOf(field?.reference?.segments),
    label: field?.label ?? (() => ''),
    collection: field?.collection ?? false,
    actual: (run) => field?.read(run),
    expected: operand.expected,
  };
}

function propertyOf(segments: readonly Segment[] = []): string | null {
  return segments.length === 0 ? null : pathText(segments);
}

function fieldOf(
  left: Extract<LeftSide, { kind: 'field' }>,
  environment: ConditionEnvironment,
): CompiledField | null {
  const { name } = left;
  if (name.kind === 'constant') return compileField(wordOf(name.value), environment, left.path);
  return compileComputedField(compileTemplate(name, environment), environment);
}

const NOTHING = { field: null, property: null, collection: false, count: null } as const;

function leafBase(leaf: LeafCondition) {
  const { path, operator } = leaf;
  return { kind: 'leaf', path, source: leaf, operator, ...NOTHING } as const;
}

/** Lets a fault that names nothing name the condition it happened in. */
function nameFaults(leaf: LeafCondition, test: Test): Test {
  const mayFail = leaf.operator.mayFail || leaf.right.kind !== 'constant';
  if (!mayFail) return test;
  return (run) => {
    const holds = test(run);
    if (run.fault !== null && run.fault.subject === '')
      run.fault = { ...run.fault, subject: conditionText(leaf) };
    return holds;
  };
}

/** A condition short enough for a message. */
export function conditionText(leaf: LeafCondition): string {
  const { left } = leaf;
  const about =
    left.kind === 'field' && left.name.kind === 'constant' ? `field ${wordOf(left.name.value)}` : left.kind;
  return brief(`${left.kind === 'value' ? left.text : about} ${leaf.operator.name} (${leaf.path})`);
}

function compileValueLeaf(
  leaf: LeafCondition,
  left: Extract<LeftSide, { kind: 'value' }>,
  environment: ConditionEnvironment,
): CompiledLeaf {
  const value = compileTemplate(left.value, environment);
  const { predicate, expected, bound } = compileOperand(leaf, environment, undefined);
  const test = nameFaults(
    leaf,
    guardedTest((run) => predicate(value.evaluate(run), run)),
  );
  return {
    ...leafBase(leaf),
    test: bound && value.stage === 'bound' ? remembered(test, environment) : test,
    label: () => brief(left.text),
    actual: (run): Selected => value.evaluate(run),
    expected,
  };
}

/** A test that notes faults of template functions instead of raising them. */
function guardedTest(test: Test): Test {
  return (run: Run) => {
    try {
      return test(run);
    } catch (caught) {
      if (caught instanceof ExpressionFault) return fail(run, caught.fault);
      throw caught;
    }
  };
}

/** A test that depends on parameters alone is put once per binding. */
function remembered(test: Test, environment: ConditionEnvironment): Test {
  const slot = environment.totals.slots++;
  return (run) => {
    const known = run.bound.memo[slot] as boolean | undefined;
    if (known !== undefined) return known;
    const holds = test(run);
    if (run.fault === null) run.bound.memo[slot] = holds;
    return holds;
  };
}

function compileCountLeaf(
  leaf: LeafCondition,
  counted: ReturnType<typeof compileFieldCount>,
  environment: ConditionEnvironment,
): CompiledLeaf {
  const { predicate, expected } = compileOperand(leaf, environment, undefined);
  return {
    ...leafBase(leaf),
    test: nameFaults(
      leaf,
      guardedTest((run) => predicate(counted.count(run), run)),
    ),
    label: counted.label,
    actual: counted.count,
    expected,
    property: counted.over.kind === 'members' ? propertyOf(counted.over.segments) : null,
    count: counted,
  };
}
