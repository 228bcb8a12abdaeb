/** ARM templates, expanded to the resources that they would write. Pure. */
export { type Expansion, expandTemplate } from './expand.ts';
export { secureParameters } from './parameters.ts';
export type { ExpandedResource } from './place.ts';
