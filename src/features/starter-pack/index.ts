/** The definitions that the product brings along: what they ask for, which controls they serve, how to comply. */
export { starterAliases } from './aliases.ts';
export type {
  Condition,
  Examples,
  ParameterDeclaration,
  Remediation,
  ResourceDocument,
  Severity,
  StarterDefinition,
} from './definition.ts';
export {
  type Framework,
  type FrameworkName,
  type Frameworks,
  frameworkNames,
  frameworks,
} from './frameworks.ts';
export { type StarterInitiative, starterDefinitionId, starterInitiative } from './initiative.ts';
export { starterDefinitions } from './registry.ts';
