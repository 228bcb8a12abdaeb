import { z } from 'zod';
import type { Resource } from '../estate/model.ts';
import { findType } from '../estate/registry.ts';
import { parseResourceId } from './ids.ts';

const bag = z.record(z.string(), z.json());
const optionalBag = z.union([bag, z.null(), z.literal('')]).optional();

/** A row of Resource Graph's `resources` table as `az graph query -o json` writes it. */
export const ExportedRow = z.object({
  id: z.string(),
  name: z.string().nullish(),
  type: z.string(),
  tenantId: z.string().nullish(),
  subscriptionId: z.string().nullish(),
  location: z.string().nullish(),
  kind: z.string().nullish(),
  managedBy: z.string().nullish(),
  sku: optionalBag,
  plan: optionalBag,
  identity: optionalBag,
  zones: z.array(z.string()).nullish(),
  extendedLocation: optionalBag,
  tags: optionalBag,
  systemData: optionalBag,
  properties: optionalBag,
});
export type ExportedRow = z.infer<typeof ExportedRow>;

/** Turns an exported row back into the resource that it came from; undefined for what is no resource. */
export function toResource(row: ExportedRow): Resource | undefined {
  const parsed = parseResourceId(row.id);
  if (parsed === undefined) return undefined;
  const isSameType = parsed.type.toLowerCase() === row.type.toLowerCase();
  return {
    id: row.id,
    name: row.name ?? parsed.names.at(-1) ?? '',
    type: findType(row.type)?.type ?? (isSameType ? parsed.type : row.type),
    location: row.location ?? '',
    kind: row.kind || undefined,
    managedBy: row.managedBy || undefined,
    sku: row.sku || undefined,
    plan: row.plan || undefined,
    identity: row.identity || undefined,
    zones: row.zones ?? undefined,
    extendedLocation: row.extendedLocation || undefined,
    tags: row.tags || undefined,
    systemData: row.systemData || undefined,
    properties: row.properties || {},
  };
}
