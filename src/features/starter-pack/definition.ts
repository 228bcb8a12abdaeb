import type { Frameworks } from './frameworks.ts';

/** A condition of Azure Policy's language. */
export type Condition = Readonly<Record<string, unknown>>;

/** A resource as ARM describes it. */
export type ResourceDocument = Readonly<Record<string, unknown>>;

export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** A parameter as a definition declares it. */
export interface ParameterDeclaration {
  readonly type: 'String' | 'Array' | 'Integer';
  readonly metadata: { readonly displayName: string; readonly description: string };
  readonly allowedValues?: readonly unknown[];
  readonly defaultValue?: unknown;
}

/** How to make a resource comply: in words, with the Azure CLI, and in both infrastructure languages. */
export interface Remediation {
  readonly text: string;
  readonly az: string;
  readonly bicep: string;
  readonly terraform: string;
}

/** Resources that must, and that must not, comply with the definition's default parameters. */
export interface Examples {
  readonly passing: readonly ResourceDocument[];
  readonly failing: readonly ResourceDocument[];
}

/** A policy definition of our own in Azure Policy's format, with what a person needs to act on its findings. */
export interface StarterDefinition {
  /** Stable, kebab-case, unique in the pack. */
  readonly name: string;
  readonly properties: {
    readonly displayName: string;
    readonly description: string;
    readonly policyType: 'Custom';
    readonly mode: 'All' | 'Indexed';
    readonly metadata: { readonly version: string; readonly category: string };
    readonly parameters: Readonly<Record<string, ParameterDeclaration>>;
    readonly policyRule: Condition;
  };
  readonly severity: Severity;
  readonly frameworks: Frameworks;
  readonly remediation: Remediation;
  readonly examples: Examples;
  /** Name (a GUID) of Azure's built-in definition that asks for the same; null where there is none. */
  readonly builtInId: string | null;
}

/** What a definition's file states; the rest follows. */
export interface DefinitionSource extends Omit<StarterDefinition, 'properties' | 'builtInId'> {
  readonly displayName: string;
  readonly description: string;
  readonly category: string;
  readonly version?: string;
  /** Default: Indexed. */
  readonly mode?: 'All' | 'Indexed';
  /** Beside `effect`. */
  readonly parameters?: Readonly<Record<string, ParameterDeclaration>>;
  /** The rule's `if`: it holds for what violates the policy. */
  readonly when: Condition;
  /** What must exist, for AuditIfNotExists; without it the effect is Audit or Deny. */
  readonly mustExist?: Readonly<Record<string, unknown>>;
  readonly builtInId?: string;
}

/** Makes a definition: adds the effect parameter, the `then` block and Azure's envelope. */
export function defineStarter(source: DefinitionSource): StarterDefinition {
  const { name, severity, frameworks, remediation, examples, builtInId = null } = source;
  const { displayName, description, category, version = '1.0.0', mode = 'Indexed' } = source;
  return {
    name,
    properties: {
      displayName,
      description,
      policyType: 'Custom',
      mode,
      metadata: { version, category },
      parameters: { effect: effectParameter(source), ...source.parameters },
      policyRule: policyRule(source),
    },
    severity,
    frameworks,
    remediation,
    examples,
    builtInId,
  };
}

/** The keys of a rule, in a list: an object literal with the second one looks like a promise to linters. */
const PARTS = ['if', 'then'] as const;

function policyRule({ when, mustExist }: DefinitionSource): Condition {
  const effect = "[parameters('effect')]";
  const consequence = mustExist === undefined ? { effect } : { effect, details: mustExist };
  return Object.fromEntries(PARTS.map((part, i) => [part, [when, consequence][i]]));
}

function effectParameter({ mustExist }: DefinitionSource): ParameterDeclaration {
  const effects = mustExist === undefined ? ['Audit', 'Deny', 'Disabled'] : ['AuditIfNotExists', 'Disabled'];
  return {
    type: 'String',
    metadata: { displayName: 'Effect', description: 'What happens to a resource that violates the policy' },
    allowedValues: effects,
    defaultValue: effects[0],
  };
}

/** The `if` of most definitions: resources of a type for which all conditions hold. */
export function resourcesOf(type: string, ...conditions: readonly Condition[]): Condition {
  return { allOf: [{ field: 'type', equals: type }, ...conditions] };
}
