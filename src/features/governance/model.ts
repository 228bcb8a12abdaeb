import type { AliasTable, JsonObject, PolicyOverride, ResourceSelector } from '#features/policy/index.ts';

/** Where a thing comes from: created through our API, part of our starter pack, or read from Azure. */
export type Origin = 'custom' | 'starter' | 'azure';

export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** A definition or initiative in Azure Policy's format. */
export type PolicyDocument = { readonly name: string; readonly properties: JsonObject };

/** How to make a resource comply. */
export type Remediation = {
  readonly text: string;
  readonly az?: string;
  readonly bicep?: string;
  readonly terraform?: string;
};

/** ISO 8601 times; names of keys, `azure` or `starter-pack`. */
export type Provenance = {
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
};

type Common = Provenance & {
  /** Short id of our API, stable: `pol_…`, `ini_…`, `asg_…`, `exm_…`. */
  readonly id: string;
  readonly origin: Origin;
};

export type DefinitionRecord = Common & {
  /** ARM id in its own casing; ours begin with `/providers/PolicyCortex/policyDefinitions/`. */
  readonly definitionId: string;
  readonly document: PolicyDocument;
  readonly severity: Severity;
  /** Control ids by framework. */
  readonly frameworks: Readonly<Record<string, readonly string[]>>;
  readonly remediation?: Remediation;
  /** Whether it is evaluated at all; a disabled one stays assigned but says nothing. */
  readonly enabled: boolean;
  readonly version: string;
};

export type InitiativeRecord = Common & {
  readonly initiativeId: string;
  readonly document: PolicyDocument;
  readonly version: string;
};

export type AssignmentRecord = Common & {
  readonly assignmentId: string;
  /** Lower-cased ARM id of a management group, subscription, resource group or resource. */
  readonly scope: string;
  /** Lower-cased; each at or below the scope. */
  readonly notScopes: readonly string[];
  /** ARM id of a definition or of an initiative. */
  readonly policyDefinitionId: string;
  /** Values, without ARM's `{value}` around each. */
  readonly parameters: JsonObject;
  readonly enforcementMode: 'Default' | 'DoNotEnforce';
  readonly overrides: readonly PolicyOverride[];
  readonly resourceSelectors: readonly ResourceSelector[];
  readonly nonComplianceMessages: readonly NonComplianceMessage[];
  readonly displayName: string;
  readonly description?: string;
  readonly definitionVersion?: string;
  readonly identity?: JsonObject;
  readonly metadata?: JsonObject;
};

export type NonComplianceMessage = {
  readonly message: string;
  readonly policyDefinitionReferenceId?: string;
};

export type ExemptionRecord = Common & {
  readonly exemptionId: string;
  /** Lower-cased ARM id. */
  readonly scope: string;
  readonly policyAssignmentId: string;
  /** Members of the initiative that it is about; empty: all. */
  readonly policyDefinitionReferenceIds: readonly string[];
  readonly exemptionCategory: 'Waiver' | 'Mitigated';
  /** ISO 8601; absent: without end. */
  readonly expiresOn?: string;
  readonly resourceSelectors?: readonly ResourceSelector[];
  readonly displayName: string;
  readonly description: string;
  readonly metadata?: JsonObject;
};

/** Every kind of thing that is kept, with its record. */
export type Records = {
  readonly definition: DefinitionRecord;
  readonly initiative: InitiativeRecord;
  readonly assignment: AssignmentRecord;
  readonly exemption: ExemptionRecord;
};
export type Kind = keyof Records;

/** What is to be written: a record as it shall be, or the one that goes. */
export type GovernanceChange = {
  [K in Kind]: {
    readonly kind: K;
    readonly change: 'created' | 'updated' | 'deleted';
    readonly record: Records[K];
    /** Of the Azure document that the record was made of: an equal one need not be written. */
    readonly hash?: string;
  };
}[Kind];

/** All that decides what should hold in a tenant, as of one moment. Unchanged records keep their identity from one snapshot to the next. */
export type Snapshot = {
  /** Changes whenever anything below changes, and grows: of two, the greater text is the later one. */
  readonly revision: string;
  /** Those that assignments reach, by lower-case definition id. */
  readonly definitions: ReadonlyMap<string, DefinitionRecord>;
  /** Those that are assigned, by lower-case initiative id. */
  readonly initiatives: ReadonlyMap<string, InitiativeRecord>;
  readonly assignments: readonly AssignmentRecord[];
  readonly exemptions: readonly ExemptionRecord[];
  readonly aliases: AliasTable;
  /** Lower-case ARM id of the tenant's root group, which holds everything: see `isWithin`. */
  readonly root: string;
  /**
   * Lower-case subscription id to the names (lower-case) of the management groups above it, nearest first.
   * Subscriptions whose chain could not be read are not in it.
   */
  readonly ancestors: ReadonlyMap<string, readonly string[]>;
};
