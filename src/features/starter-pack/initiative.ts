import type { StarterDefinition } from './definition.ts';
import { type FrameworkName, frameworkNames, frameworks } from './frameworks.ts';
import { starterDefinitions } from './registry.ts';

/** A group of the initiative: one control of one standard. */
export interface StarterGroup {
  readonly name: string;
  readonly displayName: string;
  readonly category: string;
}

/** The pack as a policy set in Azure's format. */
export interface StarterInitiative {
  readonly name: string;
  readonly properties: {
    readonly displayName: string;
    readonly description: string;
    readonly policyType: 'Custom';
    readonly metadata: { readonly version: string; readonly category: string };
    readonly parameters: Readonly<Record<string, never>>;
    readonly policyDefinitionGroups: readonly StarterGroup[];
    readonly policyDefinitions: readonly {
      readonly policyDefinitionId: string;
      readonly policyDefinitionReferenceId: string;
      readonly groupNames: readonly string[];
    }[];
  };
}

/** The id under which the initiative refers to a definition of the pack. */
export function starterDefinitionId(name: string): string {
  return `/providers/PolicyCortex/policyDefinitions/${name}`;
}

/** Every definition of the pack with its default parameters, grouped by the controls that it serves. */
export const starterInitiative: StarterInitiative = {
  name: 'starter-pack',
  properties: {
    displayName: 'PolicyCortex starter pack',
    description:
      'Security, resilience, tagging and cost rules for the resource types that most estates have, mapped to CIS, NIST, ISO, PCI DSS and the Microsoft cloud security benchmark.',
    policyType: 'Custom',
    metadata: { version: '1.0.0', category: 'Security' },
    parameters: {},
    policyDefinitionGroups: groupsOf(starterDefinitions),
    policyDefinitions: starterDefinitions.map((definition) => ({
      policyDefinitionId: starterDefinitionId(definition.name),
      policyDefinitionReferenceId: definition.name,
      groupNames: controlsOf(definition).map(({ name }) => name),
    })),
  },
};

function groupsOf(definitions: readonly StarterDefinition[]): StarterGroup[] {
  const groups = new Map(definitions.flatMap(controlsOf).map((group) => [group.name, group]));
  return [...groups.values()].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

function controlsOf({ frameworks: controls }: StarterDefinition): StarterGroup[] {
  return frameworkNames.flatMap((name) => (controls[name] ?? []).map((control) => groupOf(name, control)));
}

function groupOf(name: FrameworkName, control: string): StarterGroup {
  const { title, edition, prefix } = frameworks[name];
  return {
    name: `${prefix}_${control}`,
    displayName: `${title} ${edition}: ${control}`,
    category: `${title} ${edition}`,
  };
}
