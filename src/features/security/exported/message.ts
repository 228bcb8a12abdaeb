import * as z from 'zod';
import { Alert, Assessment, ControlAssessment, ScoreControl, SecureScore, SubAssessment } from '../azure.ts';
import { toAlertDocument } from './alertDocument.ts';
import { isObject, lowerKeys, type Properties, textIn } from './properties.ts';

const Regulatory = ControlAssessment.extend({ id: z.string() });

/** ARM types, in lower case, of what is exported and understood (the `type` of the messages). */
const READERS = {
  'microsoft.security/assessments': reader('assessment', Assessment),
  'microsoft.security/assessments/subassessments': reader('finding', SubAssessment),
  'microsoft.security/securescores': reader('score', SecureScore),
  'microsoft.security/securescores/securescorecontrols': reader('scoreControl', ScoreControl),
  'microsoft.security/regulatorycompliancestandards/regulatorycompliancecontrols/regulatorycomplianceassessments':
    reader('regulatory', Regulatory),
  // As the specification's examples name it
  'microsoft.security/regulatorycomplianceassessment': reader('regulatory', Regulatory),
  'microsoft.security/locations/alerts': reader('alert', Alert),
} as const;
type Read = Exclude<ReturnType<(typeof READERS)[keyof typeof READERS]>, string>;

/** Something of Defender's that has changed or gone, as continuous export sends it. */
export type ExportedItem = Read & { readonly subscriptionId: string; readonly isDeleted: boolean };
/** Those of one kind. */
export type ItemOf<Kind extends ExportedItem['kind']> = Extract<ExportedItem, { readonly kind: Kind }>;

/** What a message turned out to be. */
export type Understood =
  | { readonly outcome: 'item'; readonly item: ExportedItem }
  | { readonly outcome: 'unknownType'; readonly subscriptionId: string | undefined; readonly type: string }
  | { readonly outcome: 'malformed'; readonly subscriptionId: string | undefined; readonly reason: string };

const ALERT = 'microsoft.security/locations/alerts';
const ENRICHMENTS = [
  'securityEventDataEnrichment',
  'assessmentEventDataEnrichment',
  'subAssessmentEventDataEnrichment',
];
const SUBSCRIPTION = /^\/subscriptions\/([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?:\/|$)/i;

/** Messages come alone, in an array, or under `records`. */
export function itemsOf(body: unknown): unknown[] {
  if (Array.isArray(body)) return body.flatMap(itemsOf);
  return isObject(body) && Array.isArray(body.records) ? body.records.flatMap(itemsOf) : [body];
}

/**
 * Reads one message of continuous export ("Continuously export Microsoft Defender for Cloud data"): ARM documents
 * with `securityEventDataEnrichment` beside them, some with names in Pascal case; alerts as Log Analytics has them
 * (SecurityAlert), or as ARM does.
 */
export function understand(given: unknown): Understood {
  if (!isObject(given)) return malformed(undefined, 'it is no JSON object');
  const message = lowerKeys(given);
  const type = (textIn(message, 'type') ?? '').toLowerCase();
  const isAlert = type === ALERT || (type === '' && textIn(message, 'alertType') !== undefined);
  const document = isAlert ? toAlertDocument(message) : message;
  const subscriptionId = SUBSCRIPTION.exec(textIn(document, 'id') ?? '')?.[1]?.toLowerCase();
  const read = isAlert ? READERS[ALERT] : readerOf(type);
  if (!read) return { outcome: 'unknownType', subscriptionId, type };
  const content = read(document);
  if (typeof content === 'string') return malformed(subscriptionId, content);
  if (!subscriptionId) return malformed(undefined, 'its id is not within a subscription');
  return { outcome: 'item', item: { ...content, subscriptionId, isDeleted: isDeleted(message) } };
}

/** Reads documents of a kind; a string says what is wrong with one. */
function reader<Kind extends string, T>(kind: Kind, schema: z.ZodType<T>) {
  return (document: Properties): { readonly kind: Kind; readonly document: T } | string => {
    const parsed = schema.safeParse(document);
    if (parsed.success) return { kind, document: parsed.data };
    const [issue] = parsed.error.issues;
    return `${issue?.path.join('.')}: ${issue?.message}`;
  };
}

function readerOf(type: string) {
  return Object.hasOwn(READERS, type) ? READERS[type as keyof typeof READERS] : undefined;
}

function malformed(subscriptionId: string | undefined, reason: string): Understood {
  return { outcome: 'malformed', subscriptionId, reason };
}

function isDeleted(message: Properties): boolean {
  return ENRICHMENTS.some((name) => {
    const enrichment = message[name];
    return isObject(enrichment) && textIn(enrichment, 'action')?.toLowerCase() === 'delete';
  });
}
