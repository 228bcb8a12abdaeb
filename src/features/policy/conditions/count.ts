import { compileTemplate } from '../expressions/compile.ts';
import { ExpressionFault, failure, shown } from '../expressions/fault.ts';
import { brief } from '../expressions/template.ts';
import { spend } from '../expressions/work.ts';
import { innermostFrame } from '../fields/access.ts';
import { compileField } from '../fields/compile.ts';
import type { Frame } from '../fields/environment.ts';
import { isArray, type Selected } from '../json/json.ts';
import { limits } from '../limits.ts';
import { members, type Segment } from '../paths/parse.ts';
import { compileCollection, type Getter } from '../paths/read.ts';
import { report } from '../problems.ts';
import type { Run } from '../run.ts';
import type { Condition, FieldCount, ValueCount } from './ast.ts';
import type { CompiledCondition, CompiledCount } from './compiled.ts';
import type { ConditionEnvironment } from './environment.ts';

/** A compiled count and what it is called. */
export interface LabelledCount extends CompiledCount {
  readonly label: (run: Run) => string;
}

/** Compiles a `where`; handed in, since conditions hold counts and counts hold conditions. */
export type CompileWhere = (condition: Condition, environment: ConditionEnvironment) => CompiledCondition;

/**
 * Compiles a count over an array alias: every star is walked, except those that an enclosing count is already at
 * (their array has one member for it); `where` sees the member at hand as the only one. Source: author-policies-for-arrays, "Count expressions".
 */
export function compileFieldCount(
  count: FieldCount,
  environment: ConditionEnvironment,
  compileWhere: CompileWhere,
): LabelledCount {
  limitFieldCounts(count, environment);
  const field = compileField(count.field, environment, `${count.path}.field`);
  const reference = field?.reference ?? null;
  const segments = reference?.segments ?? [];
  const outer = innermostFrame(segments, environment.frames);
  const walked = segments.slice(outer?.segments?.length ?? 0);
  const frames = reference?.unresolved
    ? unresolvedFrames(count.field, environment)
    : framesFor(count.field, { segments, skip: segments.length - walked.length, environment });
  const inner = { ...environment, frames: [...environment.frames, ...frames] };
  const where = count.where === null ? null : compileWhere(count.where, inner);
  const { getters } = compileCollection(walked);
  const walk: Walk = { getters, frames: frames.map((frame) => frame.index), where: where?.test ?? null };
  const fault = reference?.unresolved ? field : null;
  return {
    where,
    over: { kind: 'members', segments, frames },
    label: () => `count of ${count.field}`,
    count(run) {
      if (fault !== null) fault.read(run);
      if (reference === null || reference.absent) return 0;
      if (frames.length === 0) return where === null || where.test(run) ? 1 : 0;
      return countFrom(walk, 0, outer === undefined ? run.document : run.frames[outer.index], run);
    },
  };
}

function limitFieldCounts(count: FieldCount, environment: ConditionEnvironment): void {
  const { fieldCounts } = environment.totals;
  const alias = count.field.toLowerCase();
  const used = (fieldCounts.get(alias) ?? 0) + 1;
  fieldCounts.set(alias, used);
  if (used !== limits.fieldCountsPerArray + 1) return;
  const reason = `${count.field} is counted more than ${limits.fieldCountsPerArray} times`;
  report(environment.problems, 'limit', { path: count.path, reason });
}

interface FramePlan {
  readonly segments: readonly Segment[];
  /** Segments that enclosing counts are past. */
  readonly skip: number;
  readonly environment: ConditionEnvironment;
}

/** One frame for every star that is walked; the innermost is called like the alias. */
function framesFor(alias: string, { segments, skip, environment }: FramePlan): Frame[] {
  const stars = segments.flatMap((segment, i) => (segment === members ? [i] : []));
  const names = alias.toLowerCase().split('[*]');
  return stars.flatMap((at, star) => {
    if (at < skip) return [];
    const name =
      star === stars.length - 1 ? alias.toLowerCase() : `${names.slice(0, star + 1).join('[*]')}[*]`;
    return [{ index: environment.totals.frames++, name, segments: segments.slice(0, at + 1) }];
  });
}

/** Without a path nothing is walked, but `current()` still finds the count. */
function unresolvedFrames(alias: string, environment: ConditionEnvironment): Frame[] {
  return [{ index: environment.totals.frames++, name: alias.toLowerCase(), segments: null }];
}

interface Walk {
  readonly getters: readonly Getter[];
  readonly frames: readonly number[];
  readonly where: ((run: Run) => boolean) | null;
}

function countFrom(walk: Walk, level: number, from: Selected, run: Run): number {
  const array = walk.getters[level]?.(from);
  if (!isArray(array)) return 0;
  spend(run, array.length);
  const last = level === walk.frames.length - 1;
  if (last && walk.where === null) return array.length;
  const frame = walk.frames[level] ?? 0;
  let total = 0;
  for (const member of array) {
    run.frames[frame] = member;
    if (!last) total += countFrom(walk, level + 1, member, run);
    else if (walk.where?.(run)) total += 1;
  }
  return total;
}

/** Compiles a count over values: literal, or from a parameter or expression. */
export function compileValueCount(
  count: ValueCount,
  environment: ConditionEnvironment,
  compileWhere: CompileWhere,
): LabelledCount {
  const { totals } = environment;
  totals.valueCounts += 1;
  if (totals.valueCounts === limits.valueCountsPerRule + 1) {
    const reason = `there are more than ${limits.valueCountsPerRule} counts over values`;
    report(environment.problems, 'limit', { path: count.path, reason });
  }
  const frame: Frame = { index: totals.frames++, name: count.name.toLowerCase(), segments: null };
  const values = compileTemplate(count.value, environment);
  const inner = { ...environment, frames: [...environment.frames, frame] };
  const where = count.where === null ? null : compileWhere(count.where, inner);
  return {
    where,
    over: { kind: 'values', frame, values: (run) => values.evaluate(run) },
    label: () => brief(`count of values ${count.name}`),
    count(run) {
      const list = values.evaluate(run);
      if (!isArray(list)) throw failure(`count: expected an array of values, but got ${shown(list)}`);
      return countValues(list, { frame: frame.index, test: where?.test ?? null }, run);
    },
  };
}

function countValues(
  list: readonly Selected[],
  each: { readonly frame: number; readonly test: ((run: Run) => boolean) | null },
  run: Run,
): number {
  const enclosing = run.iterations;
  run.iterations = enclosing * Math.max(1, list.length);
  try {
    if (run.iterations > limits.valueCountIterations) {
      const reason = `counts over values iterate more than ${limits.valueCountIterations} times`;
      throw new ExpressionFault({ kind: 'error', reason, subject: 'count' });
    }
    if (each.test === null) return list.length;
    let total = 0;
    for (const value of list) {
      run.frames[each.frame] = value;
      if (each.test(run)) total += 1;
    }
    return total;
  } finally {
    run.iterations = enclosing;
  }
}
