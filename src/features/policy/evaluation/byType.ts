import type { CompiledPolicy } from '../definition/policy.ts';

/** Policies arranged so that those that cannot concern a resource are never looked at. */
export interface PolicyIndex<Entry> {
  /** The entries whose policy may apply to resources of a type, in any casing. */
  readonly candidates: (type: string) => readonly Entry[];
}

/**
 * Arranges policies (or whatever holds one) by the resource types that they can apply to.
 * @example
 * const index = indexByType(assignments, (assignment) => assignment.policy);
 * for (const { policy, parameters } of index.candidates(resource.type)) evaluate(policy, { resource, parameters });
 */
export function indexByType<Entry>(
  entries: Iterable<Entry>,
  policyOf: (entry: Entry) => CompiledPolicy,
): PolicyIndex<Entry> {
  const all = [...entries];
  const types = new Set(all.flatMap((entry) => [...(policyOf(entry).types ?? [])]));
  const ofAnyType = all.filter((entry) => policyOf(entry).types === null);
  const byType = new Map<string, Entry[]>();
  for (const type of types)
    byType.set(
      type,
      all.filter((entry) => policyOf(entry).types?.has(type) ?? true),
    );
  return { candidates: (type) => byType.get(type.toLowerCase()) ?? ofAnyType };
}
