import { findAlias, isModifiable } from '../aliases/table.ts';
import { compileTemplate } from '../expressions/compile.ts';
import { failure, shown } from '../expressions/fault.ts';
import { parseTemplate } from '../expressions/template.ts';
import type { FieldReference } from '../fields/reference.ts';
import { resolveField } from '../fields/registry.ts';
import type { Json } from '../json/json.ts';
import { wordOf } from '../json/json.ts';
import type { Segment } from '../paths/parse.ts';
import { report } from '../problems.ts';
import type { Run } from '../run.ts';
import type { DetailsSite } from './effect.ts';

/** The field that an operation of append or modify writes to. */
export interface WriteTarget {
  /** The field's name. @throws ExpressionFault */
  readonly name: (run: Run) => string;
  /** Its path; empty where the alias has none. @throws ExpressionFault */
  readonly segments: (run: Run) => readonly Segment[];
  /** Whether the field is named by an alias, as far as that is known before the evaluation. */
  readonly isAlias: boolean;
}

/** Compiles the field of an operation; unknown fields are reported, aliases that cannot be modified too. */
export function compileTarget(field: Json, site: DetailsSite, modify: boolean): WriteTarget {
  const { environment, path } = site;
  const template = parseTemplate(field, path, environment.problems);
  if (template.kind !== 'constant')
    return computedTarget(site, compileTemplate(template, environment).evaluate);
  const name = wordOf(template.value);
  const resolved = resolveField(name, environment.fields);
  if (!resolved.ok) {
    report(environment.problems, resolved.problem, {
      path,
      reason: resolved.reason,
      nearest: resolved.nearest,
    });
    return { name: () => name, segments: () => [], isAlias: false };
  }
  if (modify) checkModifiable(resolved.reference, site);
  const { segments, kind } = resolved.reference;
  return { name: () => name, segments: () => segments, isAlias: kind === 'alias' };
}

function computedTarget(site: DetailsSite, evaluate: (run: Run) => Json | undefined): WriteTarget {
  const name = (run: Run) => {
    const value = evaluate(run);
    if (typeof value !== 'string') throw failure(`a field name must be a string, but is ${shown(value)}`);
    return value;
  };
  return {
    name,
    isAlias: false,
    segments(run) {
      const resolved = resolveField(name(run), site.environment.fields);
      if (!resolved.ok) throw failure(resolved.reason);
      return resolved.reference.segments;
    },
  };
}

/** Where the alias table says which aliases `modify` may change, others are refused. */
function checkModifiable(reference: FieldReference, site: DetailsSite): void {
  const { aliases } = site.environment.fields;
  if (reference.kind !== 'alias' || aliases === null) return;
  const alias = findAlias(aliases, reference.label);
  if (alias === undefined || isModifiable(alias) !== false) return;
  const reason = `modify cannot change ${reference.label}: the alias is not modifiable`;
  report(site.environment.problems, 'notModifiable', { path: site.path, reason });
}
