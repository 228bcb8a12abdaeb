import type { Json, Resource } from '../estate/model.ts';
import { normaliseLocation } from '../estate/regions.ts';

/** Columns of Resource Graph's `resources` table, in the order of its rows. */
export const resourceColumns = [
  'id',
  'name',
  'type',
  'tenantId',
  'kind',
  'location',
  'resourceGroup',
  'subscriptionId',
  'managedBy',
  'sku',
  'plan',
  'properties',
  'tags',
  'identity',
  'zones',
  'extendedLocation',
  'systemData',
  'apiVersion',
] as const;

export type ResourceColumn = (typeof resourceColumns)[number];

type Scope = { readonly tenantId: string; readonly subscriptionId: string; readonly groupKey: string };

/** One resource with what paging needs: its sort key and its columns, serialised at most once. */
export class Row {
  /** The id in lower case: the order of every listing. */
  readonly key: string;
  readonly resource: Resource;
  readonly scope: Scope;
  readonly #texts: (string | undefined)[] = [];

  constructor(resource: Resource, scope: Scope) {
    this.key = resource.id.toLowerCase();
    this.resource = resource;
    this.scope = scope;
  }

  /** The column's value; Resource Graph has `type` and `resourceGroup` in lower case and empty strings for absent texts. */
  read(column: ResourceColumn): Json {
    return readers[column](this);
  }

  /** The column's value as JSON text. */
  text(index: number, column: ResourceColumn): string {
    const known = this.#texts[index];
    if (known !== undefined) return known;
    const text = JSON.stringify(readers[column](this) ?? null);
    this.#texts[index] = text;
    return text;
  }
}

const readers: Readonly<Record<ResourceColumn, (row: Row) => Json>> = {
  id: (row) => row.resource.id,
  name: (row) => row.resource.name,
  type: (row) => row.resource.type.toLowerCase(),
  tenantId: (row) => row.scope.tenantId,
  kind: (row) => row.resource.kind ?? '',
  location: (row) => normaliseLocation(row.resource.location),
  resourceGroup: (row) => row.scope.groupKey,
  subscriptionId: (row) => row.scope.subscriptionId,
  managedBy: (row) => row.resource.managedBy ?? '',
  sku: (row) => row.resource.sku ?? null,
  plan: (row) => row.resource.plan ?? null,
  properties: (row) => row.resource.properties ?? {},
  tags: (row) => row.resource.tags ?? null,
  identity: (row) => row.resource.identity ?? null,
  zones: (row) => row.resource.zones ?? null,
  extendedLocation: (row) => row.resource.extendedLocation ?? null,
  systemData: (row) => row.resource.systemData ?? null,
  apiVersion: () => '',
};
