import { hash } from 'node:crypto';

/** Names of fields whose value is a secret wherever it stands. */
const SECRET_NAME =
  /(^|_|-)(key|secret|password|passwd|pwd|token|credential|authorization|cookie|signature|sas|pin)s?$|secret|password|api_?key|access_?key|private_?key|connection_?string|account_?key|certificate|client_?assertion/i;
/** Texts that are secrets whatever their field is called: our keys and webhook secrets, JWTs, Azure's keys and SAS, PEM. */
const SECRET_TEXT =
  /pcx_[0-9A-Za-z]{20,}|whsec_[\w+/=-]{16,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|(AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd)=[^;\s"]+|[?&]sig=[\w%+/=-]{16,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END|$)/gi;
const HIDDEN = '[redacted]';
const MAX_DEPTH = 40;
/** Longest JSON that is kept of a body or a state. */
const MAX_LENGTH = 8_000;

/** A copy without secrets, cut to what an entry can hold; a text that is cut leaves its hash. */
export function redact(value: unknown): unknown {
  if (value === undefined) return undefined;
  const clean = JSON.stringify(cleaned(value, 0)) ?? 'null';
  if (clean.length <= MAX_LENGTH) return JSON.parse(clean) as unknown;
  return {
    truncated: true,
    characters: clean.length,
    sha256: hash('sha256', clean),
    begins: redactText(clean.slice(0, 1000)),
  };
}

/** A text without secrets. */
export function redactText(text: string): string {
  return text.replaceAll(SECRET_TEXT, HIDDEN);
}

function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[nested too deep]';
  if (Array.isArray(value)) return value.map((item) => cleaned(item, depth + 1));
  const entries = Object.entries(value).map(([name, member]): [string, unknown] => [
    redactText(name),
    SECRET_NAME.test(name) && isTelling(member) ? HIDDEN : cleaned(member, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

/** What says nothing may be seen: that a secret is absent, or how many there are. */
function isTelling(value: unknown): boolean {
  return value !== null && typeof value !== 'boolean' && value !== '';
}
