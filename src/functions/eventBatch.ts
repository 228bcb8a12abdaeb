import * as z from 'zod';

/** Message on the `events` queue, as far as every subscriber needs it (CloudEvents 1.0, JSON batch). */
export const EventBatch = z.array(z.looseObject({ id: z.string(), type: z.string(), tenantid: z.string() }));
