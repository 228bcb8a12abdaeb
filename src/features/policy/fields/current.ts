import { type CompiledExpression, constant } from '../expressions/compiled.ts';
import type { CallSite } from '../functions/function.ts';
import { type ProblemKind, report } from '../problems.ts';
import { nearest } from '../text/nearest.ts';
import { compileAccess } from './access.ts';
import type { Frame } from './environment.ts';
import { resolveField } from './registry.ts';

/**
 * `current()`, `current('name')`, `current('alias[*]')` and `current('alias[*].property')` within a count's `where`.
 * Source: "Azure Policy definition structure policy rule", "The current function".
 */
export function compileCurrent(site: CallSite): CompiledExpression {
  const { frames } = site.environment;
  const innermost = frames.at(-1);
  if (innermost === undefined)
    return wrong(site, 'expression', 'current() is only known within the where of a count');
  const [name] = site.args;
  if (name === undefined) return memberOf(innermost);
  if (name.kind !== 'literal' || typeof name.value !== 'string') {
    return wrong(site, 'expression', 'current() takes the literal name of an enclosing count');
  }
  const lower = name.value.toLowerCase();
  const named = frames.findLast((frame) => frame.name === lower);
  return named === undefined ? propertyOfMember(site, name.value) : memberOf(named);
}

function memberOf(frame: Frame): CompiledExpression {
  const { index } = frame;
  return { stage: 'run', evaluate: (run) => run.frames[index] ?? null };
}

function propertyOfMember(site: CallSite, text: string): CompiledExpression {
  const { fields, frames, semantics } = site.environment;
  const resolved = resolveField(text, fields);
  const belongs = frames.some(
    (frame) => frame.name.includes('[*]') && text.toLowerCase().startsWith(frame.name),
  );
  if (!resolved.ok || !belongs) {
    const known = frames.map((frame) => frame.name);
    return wrong(site, 'expression', `current(): no enclosing count is called ${text}`, nearest(text, known));
  }
  const access = compileAccess(resolved.reference, { frames, ofResource: false, missingArrayHolds: true });
  const scalar = { ...access, read: firstOf(access.read, access.collection) };
  return {
    stage: 'run',
    evaluate: (run) => scalar.read(run) ?? (semantics.functions === 'regorus' ? undefined : null),
  };
}

/** A member's property is one value, although its alias has a star. */
function firstOf<Run, Value>(read: (run: Run) => Value, collection: boolean): (run: Run) => Value {
  return (run) => {
    const value = read(run);
    return collection && Array.isArray(value) && value.length === 1 ? value[0] : value;
  };
}

function wrong(site: CallSite, kind: ProblemKind, reason: string, meant?: string): CompiledExpression {
  report(site.environment.problems, kind, { path: site.path, reason, nearest: meant });
  return constant(null);
}
