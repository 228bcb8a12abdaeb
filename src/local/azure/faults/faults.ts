import { z } from 'zod';
import { QPU_WINDOWS } from '../cost/quota.ts';

const rate = z.number().min(0).max(1);
const Trigger = z.strictObject({ rate: rate.optional(), every: z.number().int().min(1).optional() });

/** What the simulator is told to do wrong. A `rate` is a probability, `every: n` hits each nth request. */
export const Faults = z.strictObject({
  /** 429 with `Retry-After`. */
  throttle: Trigger.extend({ retryAfterSeconds: z.number().min(0).default(1) }).optional(),
  /** 5xx instead of an answer. */
  serverErrors: Trigger.extend({ status: z.number().int().min(500).max(599).default(503) }).optional(),
  /** The connection is destroyed in the middle of the answer. */
  resets: Trigger.optional(),
  /** Answers come late. */
  slowPages: z.strictObject({ milliseconds: z.number().min(0), rate: rate.default(1) }).optional(),
  /** Reading these groups, or anything in them, through Resource Manager is refused. */
  failingResourceGroups: z
    .strictObject({
      names: z.array(z.string()),
      status: z.union([z.literal(403), z.literal(500)]).default(403),
    })
    .optional(),
  /** Requests whose path holds one of these texts, in any case, are refused: a permission is missing. */
  refusedPaths: z.array(z.string().min(1)).optional(),
  /** Writes to paths that hold one of these texts are refused: the identity may only read there. */
  refusedWrites: z.array(z.string().min(1)).optional(),
  /** A lock `CanNotDelete` or `ReadOnly` lies on paths that hold one of these texts: no write gets through. */
  lockedPaths: z.array(z.string().min(1)).optional(),
  /** Providers that take no PATCH for paths that hold one of these texts. */
  unpatchable: z.array(z.string().min(1)).optional(),
  /** The provider is not registered in the subscription: Defender for Cloud is off there. */
  unregistered: z.array(z.strictObject({ subscriptionId: z.string(), namespace: z.string() })).optional(),
  /** Entries of the activity log are listed so long after what they tell of. */
  activityDelaySeconds: z.number().min(0).optional(),
  /** Resource Graph answers 403. */
  graphRefused: z.boolean().optional(),
  /** Skip tokens are refused as expired: all of them, or at a rate. */
  expiredSkipTokens: z.union([z.boolean(), z.strictObject({ rate })]).optional(),
  /** Resource Graph shows the estate as it was so long ago (up to 15 minutes). */
  graphLagSeconds: z.number().min(0).max(900).optional(),
  /** The real quota of Resource Graph: requests per window and user. */
  graphQuota: z
    .strictObject({ requests: z.number().int().min(1).default(15), seconds: z.number().min(0.1).default(5) })
    .optional(),
  /** The real quota of Cost Management: query processing units (a month of data each) per window. */
  costQuota: z
    .union([
      z.literal(true).transform(() => [...QPU_WINDOWS]),
      z.array(z.strictObject({ seconds: z.number().min(0.1), units: z.number().int().min(1) })),
    ])
    .optional(),
  /** Subscriptions whose offer Cost Management does not support. */
  costUnsupported: z.array(z.string()).optional(),
  events: z
    .strictObject({
      duplicate: rate.default(0),
      reorder: rate.default(0),
      delay: rate.default(0),
      delayMilliseconds: z.number().min(0).default(3000),
      lose: rate.default(0),
    })
    .optional(),
});
export type Faults = z.infer<typeof Faults>;
/** Faults as they are written, with defaults left out. */
export type FaultSettings = z.input<typeof Faults>;
