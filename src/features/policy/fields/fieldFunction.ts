import type { AliasSubject } from '../aliases/table.ts';
import { type CompiledExpression, constant } from '../expressions/compiled.ts';
import { failure, shown } from '../expressions/fault.ts';
import type { CallSite } from '../functions/function.ts';
import type { Selected } from '../json/json.ts';
import { report } from '../problems.ts';
import type { Run } from '../run.ts';
import { compileAccess, type FieldAccess } from './access.ts';
import { subjectOf } from './builtin.ts';
import { resolveField } from './registry.ts';

/**
 * `field('name')`: the value as it is; "" where it is missing, an array for `[*]`. It reads the evaluated resource,
 * in an existenceCondition too. Sources: "Policy functions"; author-policies-for-arrays, "Referencing array fields".
 */
export function compileFieldFunction(site: CallSite): CompiledExpression {
  const [name] = site.args;
  if (name?.kind === 'literal' && typeof name.value === 'string') return literalField(site, name.value);
  const [computed = constant(null)] = site.args.map(site.compile);
  const known = new Map<string, FieldAccess>();
  return {
    stage: 'run',
    evaluate(run) {
      const text = computed.evaluate(run);
      if (typeof text !== 'string')
        throw failure(`field(): the name must be a string, but is ${shown(text)}`);
      const subject = subjectOf(run.resource, run);
      const key = text.includes('/') ? `${text} ${subject.type} ${subject.apiVersion ?? ''}` : text;
      const access = known.get(key) ?? resolveNow(site, text, subject);
      if (known.size < 256) known.set(key, access);
      return readValue(access, site, run);
    },
  };
}

function literalField(site: CallSite, text: string): CompiledExpression {
  const { resourceFields, problems } = site.environment;
  const resolved = resolveField(text, resourceFields);
  if (!resolved.ok) {
    report(problems, resolved.problem, {
      path: site.path,
      reason: resolved.reason,
      nearest: resolved.nearest,
    });
    return constant(null);
  }
  const access = accessTo(site, resolved.reference);
  return { stage: 'run', evaluate: (run) => readValue(access, site, run) };
}

function resolveNow(site: CallSite, text: string, subject: AliasSubject): FieldAccess {
  const resolved = resolveField(text, { ...site.environment.resourceFields, subject });
  if (!resolved.ok) throw failure(resolved.reason);
  return accessTo(site, resolved.reference);
}

function accessTo(site: CallSite, reference: Parameters<typeof compileAccess>[0]): FieldAccess {
  const { related, frames } = site.environment;
  return compileAccess(reference, {
    frames: related ? [] : frames,
    ofResource: true,
    missingArrayHolds: true,
  });
}

function readValue(access: FieldAccess, site: CallSite, run: Run): Selected {
  const value = access.read(run);
  if (site.environment.semantics.functions === 'regorus') return value;
  return value ?? '';
}
