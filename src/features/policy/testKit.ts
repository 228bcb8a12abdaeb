import { type CompileOptions, compileDefinition } from './definition/compile.ts';
import type { CompiledPolicy } from './definition/policy.ts';
import { evaluate } from './evaluation/evaluate.ts';
import type { EvaluationInput } from './evaluation/input.ts';
import type { Outcome } from './evaluation/outcome.ts';

/** Compiles a definition that must be right. @throws Error listing its problems */
export function compiled(source: unknown, options: CompileOptions = {}): CompiledPolicy {
  const result = compileDefinition(source, { barePaths: true, ...options });
  if (result.ok) return result.policy;
  throw new Error(result.problems.map((problem) => `${problem.path}: ${problem.reason}`).join('\n'));
}

/** A rule that audits where a condition holds. */
export function auditIf(condition: unknown): unknown {
  return ruleWith(condition, { effect: 'audit' });
}

/** The keys of a rule, in a list: an object literal with the second one looks like a promise to linters. */
const PARTS = ['if', 'then'] as const;

/** A rule. */
export function ruleWith(condition: unknown, consequence: unknown): Record<string, unknown> {
  return Object.fromEntries(PARTS.map((part, i) => [part, [condition, consequence][i]]));
}

/** Whether a condition holds for a resource; any outcome that is neither yes nor no is an error. */
export function holds(
  condition: unknown,
  resource: unknown,
  options: CompileOptions & Partial<EvaluationInput> = {},
): boolean {
  const { state } = outcomeOf(condition, resource, options);
  if (state !== 'nonCompliant' && state !== 'compliant' && state !== 'notApplicable')
    throw new Error(`outcome ${state}`);
  return state === 'nonCompliant';
}

/** The outcome of auditing a condition. */
export function outcomeOf(
  condition: unknown,
  resource: unknown,
  options: CompileOptions & Partial<EvaluationInput> = {},
): Outcome {
  return evaluate(compiled(auditIf(condition), options), { resource, ...options });
}
