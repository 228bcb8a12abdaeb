import * as z from 'zod';

/**
 * What Microsoft.ResourceHealth sends, as far as it is used (azure-rest-api-specs, resourcehealth 2025-05-01). Only
 * ids are required: what else is missing, null or of another type counts as not said, and enumerations are open.
 */
const text = z.string().optional().catch(undefined);
const id = z.string().min(1);

function list<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .array(z.object(shape).nullable().catch(null))
    .catch([])
    .transform((items) => items.filter((item) => item !== null));
}

export const AvailabilityStatus = z.object({
  id,
  location: text,
  properties: z.object({
    availabilityState: text,
    title: text,
    summary: text,
    detailedStatus: text,
    reasonType: text,
    reasonChronicity: text,
    category: text,
    context: text,
    /** Sic. */
    occuredTime: text,
    resolutionETA: text,
    recommendedActions: list({ action: text }),
  }),
});
export type AvailabilityStatus = z.infer<typeof AvailabilityStatus>;

export const ServiceEvent = z.object({
  id,
  name: id,
  properties: z.object({
    eventType: text,
    status: text,
    title: text,
    summary: text,
    header: text,
    level: text,
    eventLevel: text,
    impactStartTime: text,
    impactMitigationTime: text,
    lastUpdateTime: text,
    impact: list({
      impactedService: text,
      impactedRegions: list({ impactedRegion: text, status: text }),
    }),
  }),
});
export type ServiceEvent = z.infer<typeof ServiceEvent>;
