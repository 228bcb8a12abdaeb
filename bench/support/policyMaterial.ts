import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  type AliasTable,
  aliasesFromMap,
  type CompiledPolicy,
  compileDefinition,
} from '#features/policy/index.ts';
import { type Candidates, candidatesOf, resourceOf } from './policyResources.ts';

const DEFINITIONS = '../shared/policy/built-in-definitions.jsonl.gz';
const ALIASES = '../shared/policy/aliases.json.gz';

/** Built-in definitions that one resource decides, with values for the parameters that have no default. */
export type Assigned = { readonly policy: CompiledPolicy; readonly parameters: Record<string, unknown> };
export type Material = { readonly assigned: readonly Assigned[]; readonly resources: readonly object[] };

/** Whether the shared material is here. */
export function hasMaterial(): boolean {
  return existsSync(DEFINITIONS) && existsSync(ALIASES);
}

/** Compiles the definitions and makes resources of their types, whose values come from the conditions themselves. */
export function readMaterial(count: number): Material {
  const aliases = aliasesFromMap(JSON.parse(unpacked(ALIASES)));
  const sources: unknown[] = unpacked(DEFINITIONS)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const chosen = sources.flatMap((source) => compiled(source, aliases));
  const candidates = new Map<string, Candidates>();
  for (const { policy, source } of chosen) {
    for (const type of policy.types ?? []) {
      const known = candidates.get(type) ?? new Map();
      candidates.set(type, candidatesOf(source, { type, aliases, known }));
    }
  }
  const types = [...candidates];
  const resources = Array.from({ length: count }, (_, i) => resourceOf(types, i));
  return { assigned: chosen.map(({ policy }) => ({ policy, parameters: valuesFor(policy) })), resources };
}

function unpacked(path: string): string {
  return gunzipSync(readFileSync(path)).toString('utf8');
}

function compiled(source: unknown, aliases: AliasTable): { policy: CompiledPolicy; source: unknown }[] {
  const result = compileDefinition(source, { aliases });
  return result.ok && result.policy.evidence === 'resource' ? [{ policy: result.policy, source }] : [];
}

const samples: Readonly<Record<string, unknown>> = {
  array: ['a', 'b'],
  object: {},
  boolean: true,
  integer: 1,
  float: 1,
  datetime: '2026-01-01T00:00:00Z',
};

function valuesFor(policy: CompiledPolicy): Record<string, unknown> {
  const open = policy.parameters.filter(({ defaultValue }) => defaultValue === undefined);
  return Object.fromEntries(
    open.map(({ name, type, allowedValues }) => [name, allowedValues?.[0] ?? samples[type] ?? 'a']),
  );
}
