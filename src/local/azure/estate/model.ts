import type { Random } from './random.ts';

export type Json = string | number | boolean | null | undefined | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };

/** One resource as Resource Manager returns it (`GET {id}`), with the provider's own casing. */
export type Resource = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location: string;
  readonly kind?: string | undefined;
  readonly managedBy?: string | undefined;
  readonly sku?: JsonObject | undefined;
  readonly plan?: JsonObject | undefined;
  readonly identity?: JsonObject | undefined;
  readonly zones?: readonly string[] | undefined;
  readonly extendedLocation?: JsonObject | undefined;
  readonly tags?: JsonObject | undefined;
  readonly systemData?: JsonObject | undefined;
  readonly properties?: JsonObject | undefined;
};

export type Environment = 'prod' | 'staging' | 'test' | 'dev' | 'shared';

export type Subscription = {
  readonly index: number;
  readonly id: string;
  readonly displayName: string;
  readonly managementGroup: string;
  readonly tags: JsonObject;
};

export type ManagementGroup = {
  readonly name: string;
  readonly displayName: string;
  readonly parent: string | undefined;
};

export type Group = {
  readonly id: string;
  readonly name: string;
  readonly subscriptionId: string;
  readonly location: string;
  readonly tags?: JsonObject | undefined;
  readonly managedBy?: string | undefined;
  readonly provisioningState: string;
  readonly systemData?: JsonObject | undefined;
};

/** One resource group with its coherent set of resources, before it is generated. */
export type Stamp = {
  readonly seed: number;
  readonly index: number;
  readonly subscription: Subscription;
  readonly hub: Stamp | undefined;
  readonly group: string;
  readonly archetype: string;
  readonly application: string;
  readonly environment: Environment;
  readonly location: string;
  readonly size: number;
};

/** One resource of a stamp: what it is called and what it is linked to. */
export type Slot = {
  readonly type: ResourceType;
  readonly name: string;
  readonly id: string;
  readonly ordinal: number;
  readonly parent: Slot | undefined;
  readonly one: Record<string, Slot | undefined>;
  readonly many: Record<string, Slot[] | undefined>;
  readonly facts: Record<string, Json>;
};

export type Body = {
  readonly kind?: string | undefined;
  readonly managedBy?: string | undefined;
  readonly sku?: JsonObject | undefined;
  readonly plan?: JsonObject | undefined;
  readonly identity?: JsonObject | undefined;
  readonly zones?: readonly string[] | undefined;
  readonly extendedLocation?: JsonObject | undefined;
  readonly properties: JsonObject;
};

export type BuildContext = {
  readonly stamp: Stamp;
  readonly random: Random;
  readonly tenantId: string;
  /** True at the given rate, half as often in production: a misconfiguration. */
  readonly lax: (rate: number) => boolean;
  /** A time within the four years before the estate's epoch, ISO 8601. */
  readonly past: (maxDays?: number) => string;
};

export type ResourceType = {
  /** As the resource provider writes it, such as `Microsoft.Compute/virtualMachines`. */
  readonly type: string;
  readonly apiVersions: readonly [string, ...string[]];
  /** Abbreviation of the Cloud Adoption Framework, `st` for a storage account. */
  readonly prefix: string;
  /** `global`: unique across Azure; `plain`: lower-case letters and digits only as well. */
  readonly naming?: 'plain' | 'global' | 'group';
  readonly maxNameLength?: number;
  /** The provider writes `West Europe` where others write `westeurope`. */
  readonly displayLocation?: boolean;
  /** Located at `global`. */
  readonly global?: boolean;
  readonly untagged?: boolean;
  /** Child types kept inside the parent: child segment → array in `properties`. */
  readonly embedded?: Readonly<Record<string, string>>;
  /** Embedded children hold their properties directly, without `properties`. */
  readonly flatChildren?: boolean;
  readonly zonal?: boolean;
  /** POST actions: what each makes of the resource. */
  readonly actions?: Readonly<Record<string, (resource: Resource) => Resource>>;
  readonly build: (slot: Slot, context: BuildContext) => Body;
};
