/**
 * The Azure Policy language: compile definitions, evaluate them against resources, explain the outcome.
 * Pure and usable alone; README.md shows how.
 */
export { aliasesFromMap } from './aliases/fromMap.ts';
export { aliasesFromProviders, isProviderDocument } from './aliases/fromProviders.ts';
export { type AliasTable, emptyAliasTable } from './aliases/table.ts';
export { type CompileOptions, type CompileResult, compileDefinition } from './definition/compile.ts';
export type { CompiledPolicy } from './definition/policy.ts';
export { evaluate } from './evaluation/evaluate.ts';
export type { EvaluationInput, RelatedLookup, RelatedQuery, RelatedScope } from './evaluation/input.ts';
export { type Outcome, outcomeStates } from './evaluation/outcome.ts';
export type { Problem, ProblemKind } from './problems.ts';
export type { PolicyContext } from './run.ts';
export { azureSemantics, type PolicySemantics, regorusSemantics } from './semantics.ts';
