/**
 * Azure's limits on policy rules, and this engine's own where Azure names none.
 * Source: learn.microsoft.com, "Azure Policy definition structure policy rule", section "Policy rule limits".
 */
export const limits = Object.freeze({
  conditionsInIf: 4096,
  conditionsInThen: 128,
  functionsPerRule: 2048,
  argumentsPerFunction: 128,
  functionDepth: 64,
  expressionLength: 81_920,
  fieldCountsPerArray: 5,
  valueCountsPerRule: 10,
  valueCountIterations: 100,
  stringLength: 131_072,
  objectDepth: 128,
  objectNodes: 32_768,
  /** Ours: how deep allOf/anyOf/not may nest. */
  conditionDepth: 128,
  /** Ours: members walked, nodes and 16 characters each handled by functions, in one evaluation. */
  evaluationWork: 20_000_000,
  /** Ours: problems reported for one definition. */
  problems: 200,
  /** Ours: problems of one definition for which the nearest of many words is looked for. */
  suggestions: 20,
});
