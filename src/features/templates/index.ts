/** ARM templates, expanded to the resources that they would write. Pure; README.md of policies shows the language shared. */
export { type ExpandOptions, type Expansion, expandTemplate } from './expand.ts';
export { type GivenParameters, secureParameters } from './parameters.ts';
export type { ExpandedResource } from './place.ts';
export type { TemplateProblem } from './problem.ts';
export { type DeploymentScope, type Surroundings, scopeId } from './scope.ts';
