/** What the runner of labelled cases needs beyond the public face. */
export type { AliasTable } from './aliases/table.ts';
export { compileDefinition } from './definition/compile.ts';
export { describeEffect } from './evaluation/describe.ts';
export { evaluateFully } from './evaluation/evaluate.ts';
export type { EvaluationInput } from './evaluation/input.ts';
export { evaluateTemplate } from './expressions/standalone.ts';
export type { Json } from './json/json.ts';
export { readPath } from './paths/readPath.ts';
export { azureSemantics, type PolicySemantics, regorusSemantics } from './semantics.ts';
