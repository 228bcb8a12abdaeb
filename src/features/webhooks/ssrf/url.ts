import { isIP } from 'node:net';
import { isLoopback, isPublicAddress } from './address.ts';

/** Where requests may go. `allowHttp` and `allowLoopback` are for local mode alone. */
export type UrlPolicy = {
  readonly ports: readonly number[];
  readonly allowHttp: boolean;
  /** Loopback receivers, on any port. */
  readonly allowLoopback: boolean;
};

export const DEFAULT_POLICY: UrlPolicy = { ports: [443, 8443], allowHttp: false, allowLoopback: false };

export type Refusal =
  | 'tooLong'
  | 'characters'
  | 'scheme'
  | 'credentials'
  | 'malformed'
  | 'port'
  | 'address'
  | 'spelling'
  | 'name';

export type UrlJudgement =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly code: Refusal; readonly reason: string };

const MAX_LENGTH = 2048;
/** Control, format and separator characters, unassigned and private ones, lone surrogates; and the backslash, which browsers read as a slash. */
const BAD_CHARACTER = /[\p{C}\p{Z}\\]/u;
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
const TOP_LABEL = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;
const MAX_NAME = 253;
/** Names that never mean a public host: RFC 6761, 6762, 7686, 8375, 9476, the IANA's `.internal`, and what private networks use. */
const SPECIAL = [
  ...['localhost', 'localdomain', 'local', 'internal', 'intranet', 'private', 'lan', 'home', 'corp', 'mail'],
  ...['domain', 'workgroup', 'test', 'example', 'invalid', 'onion', 'alt', 'arpa', 'svc', 'consul', 'k8s'],
  ...['intra', 'i2p', 'internal.cloudapp.net'],
  // Metadata services of other clouds that have a name in the public DNS.
  ...['metadata.goog', 'metadata.tencentyun.com', 'metadata.packet.net', 'metadata.platformequinix.com'],
];

/**
 * Judges a URL without asking DNS: deny by default. What it resolves to is judged at each connection
 * (`delivery/sender.ts`). Reads the text itself before the WHATWG parser, which strips and mends.
 */
export function checkUrl(text: string, policy: UrlPolicy = DEFAULT_POLICY): UrlJudgement {
  if (text.length > MAX_LENGTH) return refuse('tooLong', `longer than ${MAX_LENGTH} characters`);
  if (BAD_CHARACTER.test(text)) return refuse('characters', 'white space, control characters or backslashes');
  const scheme = /^(https?):\/\/(?!\/)/i.exec(text)?.[1]?.toLowerCase();
  if (!scheme || (scheme === 'http' && !policy.allowHttp))
    return refuse('scheme', 'only https:// is possible');
  const authority = /^[^/?#]*/.exec(text.slice(scheme.length + 3))?.[0] ?? '';
  if (authority.includes('@')) return refuse('credentials', 'credentials in the URL');
  if (authority.includes('%')) return refuse('malformed', 'percent signs in the host');
  const url = URL.parse(text);
  if (!url || url.hostname === '') return refuse('malformed', 'not a URL with a host');
  const parts = /^(\[[^\]]*\]|[^:[\]]*)(?::([1-9]\d{0,4}))?$/.exec(authority);
  if (!parts?.[1]) return refuse('malformed', 'the host or the port is malformed');
  const problem = checkHost(parts[1], url.hostname, policy) ?? checkPort(url, policy);
  return problem ?? { ok: true, url };
}

type Problem = Extract<UrlJudgement, { ok: false }>;

function refuse(code: Refusal, reason: string): Problem {
  return { ok: false, code, reason };
}

function checkPort(url: URL, policy: UrlPolicy): Problem | undefined {
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port);
  if (policy.ports.includes(port) || (port === 80 && url.protocol === 'http:')) return undefined;
  if (policy.allowLoopback && isLoopbackHost(bare(url.hostname))) return undefined;
  return refuse('port', `port ${port} is not one of ${policy.ports.join(', ')}`);
}

/** `written` as the user wrote it, `parsed` as the WHATWG parser understood it. */
function checkHost(written: string, parsed: string, policy: UrlPolicy): Problem | undefined {
  const host = bare(parsed);
  if (policy.allowLoopback && isLoopbackHost(host) && bare(written).toLowerCase() === host) return undefined;
  if (isIP(host)) {
    if (!isPublicAddress(host)) return refuse('address', 'the address is not a public one');
    if (isIP(host) === 4 && written !== host)
      return refuse('spelling', 'write the address as four decimal numbers');
    return undefined;
  }
  if (!isSpelledPlainly(written, parsed)) return refuse('spelling', 'characters that stand for others');
  return checkName(host.replace(/\.$/, ''));
}

function checkName(name: string): Problem | undefined {
  const labels = name.split('.');
  if (name.length > MAX_NAME || !labels.every((label) => LABEL.test(label)))
    return refuse('name', 'not a valid host name');
  const isSpecial = SPECIAL.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
  if (labels.length < 2 || isSpecial || !TOP_LABEL.test(labels.at(-1) ?? ''))
    return refuse('name', 'not the name of a public host');
  return undefined;
}

/** No label was turned into other ASCII letters: enclosed or full-width characters, other full stops. */
function isSpelledPlainly(written: string, parsed: string): boolean {
  // Only of ASCII: the Kelvin sign has a lower case too, and it is a k.
  const before = written.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).split('.');
  const after = parsed.split('.');
  if (before.length !== after.length) return false;
  return before.every((label, index) => {
    if (label === after[index]) return true;
    return label === label.normalize('NFKC') && (after[index] ?? '').startsWith('xn--');
  });
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopback(host);
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
