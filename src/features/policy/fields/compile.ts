import type { CompiledExpression } from '../expressions/compiled.ts';
import { ExpressionFault, failure, shown } from '../expressions/fault.ts';
import { wordOf } from '../json/json.ts';
import type { Predicate } from '../operators/operator.ts';
import { report } from '../problems.ts';
import { fail, type Run } from '../run.ts';
import { compileAccess, type FieldAccess, type Test } from './access.ts';
import { subjectOf } from './builtin.ts';
import type { FieldEnvironment } from './environment.ts';
import type { FieldReference } from './reference.ts';
import { resolveField } from './registry.ts';

/** Computed field names remembered per compiled field. */
const REMEMBERED = 256;

/** A field of a condition, compiled. */
export interface CompiledField extends FieldAccess {
  /** Null where the name is computed during evaluation. */
  readonly reference: FieldReference | null;
  /** The name, when it is computed. */
  readonly label: (run: Run) => string;
}

/** Compiles a field that is named literally; an unknown name is reported and reads as absent. */
export function compileField(
  text: string,
  environment: FieldEnvironment,
  path: string,
): CompiledField | null {
  const resolved = resolveField(text, environment.fields);
  if (!resolved.ok) {
    report(environment.problems, resolved.problem, {
      path,
      reason: resolved.reason,
      nearest: resolved.nearest,
    });
    return null;
  }
  return { ...accessTo(resolved.reference, environment), reference: resolved.reference, label: () => text };
}

function accessTo(reference: FieldReference, environment: FieldEnvironment): FieldAccess {
  return compileAccess(reference, {
    frames: environment.frames,
    ofResource: false,
    missingArrayHolds: environment.semantics.missingArray === 'emptyCollection',
  });
}

/** Compiles a field whose name is an expression, such as `[concat('tags[', parameters('name'), ']')]`. */
export function compileComputedField(name: CompiledExpression, environment: FieldEnvironment): CompiledField {
  const known = new Map<string, FieldAccess>();
  const accessOf = (run: Run) => {
    const text = name.evaluate(run);
    if (typeof text !== 'string') throw failure(`a field name must be a string, but is ${shown(text)}`);
    const subject = subjectOf(run.document, run);
    const key = text.includes('/') ? `${text} ${subject.type} ${subject.apiVersion ?? ''}` : text;
    const access =
      known.get(key) ?? resolveNow(text, { ...environment, fields: { ...environment.fields, subject } });
    if (known.size >= REMEMBERED) known.clear();
    known.set(key, access);
    return access;
  };
  return {
    collection: false,
    reference: null,
    label: (run) => wordOf(name.evaluate(run)),
    read: (run) => accessOf(run).read(run),
    test: (predicate) => computedTest(accessOf, predicate),
  };
}

function resolveNow(text: string, environment: FieldEnvironment): FieldAccess {
  const resolved = resolveField(text, environment.fields);
  if (!resolved.ok) throw failure(resolved.reason);
  return accessTo(resolved.reference, environment);
}

function computedTest(accessOf: (run: Run) => FieldAccess, predicate: Predicate): Test {
  const tests = new WeakMap<FieldAccess, Test>();
  return (run) => {
    try {
      const access = accessOf(run);
      const test = tests.get(access) ?? access.test(predicate);
      tests.set(access, test);
      return test(run);
    } catch (caught) {
      if (caught instanceof ExpressionFault) return fail(run, caught.fault);
      throw caught;
    }
  };
}
