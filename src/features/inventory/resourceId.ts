import { hash } from 'node:crypto';

/** What an ARM id says, with the casing it was given in. */
export type ParsedResourceId = {
  readonly id: string;
  readonly subscriptionId: string | undefined;
  readonly resourceGroup: string | undefined;
  /** `Microsoft.Network/virtualNetworks/subnets`; undefined for a subscription or anything that is no ARM id. */
  readonly type: string | undefined;
  /** The last segment. */
  readonly name: string;
  /** The id of the resource that this one is a child of. */
  readonly parentId: string | undefined;
};

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Segment of everything that lies in no subscription; only a GUID names one. */
export const EXTERNAL_SEGMENT = 'external';

/**
 * Splits an ARM id. For extension resources the last provider decides the type
 * (Azure REST reference, "resource id" of `Microsoft.Resources`).
 */
export function parseResourceId(given: string): ParsedResourceId {
  const id = `/${given.replace(/^\/+|\/+$/g, '')}`;
  const parts = id.split('/').slice(1);
  const lower = parts.map((part) => part.toLowerCase());
  const inSubscription = lower[0] === 'subscriptions' && GUID.test(lower[1] ?? '');
  const inGroup = inSubscription && lower[2] === 'resourcegroups' && parts.length >= 4;
  const provider = lower.lastIndexOf('providers');
  const base = {
    id,
    subscriptionId: inSubscription ? lower[1] : undefined,
    resourceGroup: inGroup ? parts[3] : undefined,
    name: parts.at(-1) ?? '',
  };
  if (provider >= 0 && parts.length >= provider + 4) {
    const tail = parts.slice(provider + 2);
    const types = tail.filter((_, index) => index % 2 === 0);
    const isChild = types.length > 1;
    return {
      ...base,
      type: [parts[provider + 1], ...types].join('/'),
      parentId: isChild ? `/${parts.slice(0, -2).join('/')}` : undefined,
    };
  }
  if (inGroup && parts.length === 4) {
    return { ...base, type: 'Microsoft.Resources/subscriptions/resourceGroups', parentId: undefined };
  }
  if (inSubscription && parts.length === 2) {
    return { ...base, type: 'Microsoft.Resources/subscriptions', parentId: undefined };
  }
  return { ...base, type: undefined, parentId: undefined };
}

/** The segment (storage partition) that a resource lives in: its subscription, else `external`. */
export function segmentOf(id: string): string {
  return parseResourceId(id).subscriptionId ?? EXTERNAL_SEGMENT;
}

const SEGMENT_LENGTH = 8;
const KEY_LENGTH = 24;
const segmentCodes = new Map<string, string>();
const SHORT_ID = new RegExp(`^res_([a-z2-7]{${SEGMENT_LENGTH}})([a-z2-7]{${KEY_LENGTH}})$`);

/** Row key of a resource: 120 bits of the hash of its lower-cased id, so that any id of any length is a legal key. */
export function resourceKey(id: string): string {
  return base32(digest(id.toLowerCase()), KEY_LENGTH);
}

/** 40 bits that name a segment within a tenant. */
export function segmentCode(segment: string): string {
  const known = segmentCodes.get(segment);
  if (known !== undefined) return known;
  const code = base32(digest(segment), SEGMENT_LENGTH);
  if (segmentCodes.size > 10_000) segmentCodes.clear();
  segmentCodes.set(segment, code);
  return code;
}

/** The short id of a resource whose key is known. */
export function toShortId(segment: string, key: string): string {
  return `res_${segmentCode(segment)}${key}`;
}

/** Our short, stable, URL-safe id: `res_` + segment code + resource key. */
export function shortId(id: string): string {
  return toShortId(segmentOf(id), resourceKey(id));
}

/** The parts of a short id; undefined where the text is none. */
export function parseShortId(text: string): { segmentCode: string; key: string } | undefined {
  const match = SHORT_ID.exec(text);
  return match?.[1] && match[2] ? { segmentCode: match[1], key: match[2] } : undefined;
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** RFC 4648 base32, lower case, first `length` characters. */
function base32(bytes: Buffer, length: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5 && text.length < length) {
      bits -= 5;
      text += alphabet[(value >>> bits) & 31];
    }
    if (text.length === length) return text;
  }
  return text;
}
