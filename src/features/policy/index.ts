/**
 * The Azure Policy language: compile definitions, evaluate them against resources, explain the outcome.
 * Pure and usable alone; README.md shows how.
 */
export { aliasesFromMap } from './aliases/fromMap.ts';
export { aliasesFromProviders, isProviderDocument } from './aliases/fromProviders.ts';
export { type AliasTable, emptyAliasTable } from './aliases/table.ts';
export { activeExemption, type Exemption } from './assignment/exemptions.ts';
export { overriddenEffect, type PolicyOverride } from './assignment/overrides.ts';
export { type ResourceSelector, type Selectable, selectorsMatch } from './assignment/selectors.ts';
export { type CompileOptions, type CompileResult, compileDefinition } from './definition/compile.ts';
export {
  type CompiledInitiative,
  compileInitiative,
  type InitiativeMember,
  type InitiativeOptions,
  type InitiativeResult,
} from './definition/initiative.ts';
export { checkParameterValues, type Parameter } from './definition/parameters.ts';
export type { CompiledPolicy } from './definition/policy.ts';
export { indexByType, type PolicyIndex } from './evaluation/byType.ts';
export { describeEffect, type EffectDescription } from './evaluation/describe.ts';
export { type Evaluation, evaluate, evaluateFully } from './evaluation/evaluate.ts';
export type { EvaluationInput, RelatedLookup, RelatedQuery, RelatedScope } from './evaluation/input.ts';
export { looksBelow, type RelatedInterest, relatedInterest } from './evaluation/interest.ts';
export { type Modification, modificationOf, roleDefinitionIdsOf } from './evaluation/modification.ts';
export { type Outcome, outcomeStates } from './evaluation/outcome.ts';
export type { RelatedFinding } from './evaluation/related.ts';
export type { Change } from './explain/change.ts';
export { type Explanation, explain } from './explain/explain.ts';
export type { RelatedTrace } from './explain/relatedTrace.ts';
export { type Trace, type TraceLeaf, type TraceNode, trace } from './explain/trace.ts';
export type { Expression } from './expressions/ast.ts';
export { ExpressionFault } from './expressions/fault.ts';
export {
  isExpression as isTemplateExpression,
  parseExpression as parseTemplateExpression,
  unescapeLiteral as unescapeTemplateLiteral,
} from './expressions/parse.ts';
export { callTemplateFunction } from './functions/registry.ts';
export type { Json, JsonObject } from './json/json.ts';
export type { Problem, ProblemKind } from './problems.ts';
export type { PolicyContext } from './run.ts';
export { azureSemantics, type PolicySemantics, regorusSemantics } from './semantics.ts';
