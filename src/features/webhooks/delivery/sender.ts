import type { Agent } from 'undici';
import { BlockedAddress, judgingLookup, type Resolve, systemResolve } from '../ssrf/lookup.ts';
import { checkUrl, type UrlPolicy } from '../ssrf/url.ts';
import { type Answer, exchange, Refusal } from './exchange.ts';

export type ErrorKind =
  | 'blocked'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'reset'
  | 'protocol'
  | 'aborted'
  /** `mayStart` said no. */
  | 'notStarted'
  | 'status';

/** What came of one request; never thrown. */
export type Outcome = {
  /** Whole milliseconds, from before the name was resolved. */
  readonly latencyMs: number;
  readonly status: number | undefined;
  /** Undefined after any 2xx. */
  readonly errorKind: ErrorKind | undefined;
  readonly error: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly retryAfter: string | undefined;
  /** The first 4 KB; base64 where the receiver compressed it. */
  readonly body: string | undefined;
};

export type OutgoingRequest = {
  readonly method?: 'POST' | 'OPTIONS';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Asked at the moment at which the first byte would leave. */
  readonly mayStart?: () => boolean;
};

/** A URL that may be sent to, or why it may not. */
type Target = { readonly origin: string; readonly path: string } | { readonly reason: string };

const TIMEOUT_MS = 30_000;
const CONNECT_MS = 10_000;
const MAX_JUDGED = 10_000;
const MAX_VALUE = 256;
/** Response headers that help and hold nobody's secrets. */
const KEPT_HEADERS = new Set([
  ...['content-type', 'content-length', 'content-encoding', 'date', 'server', 'via', 'location', 'allow'],
  ...[
    'retry-after',
    'x-request-id',
    'x-correlation-id',
    'x-ms-request-id',
    'cf-ray',
    'webhook-allowed-origin',
  ],
]);

/**
 * Sends requests to receivers. The URL is judged each time, and every address of its name at each connection, by
 * the look-up that the connection itself uses: what was judged is what is connected to. Follows no redirect,
 * unpacks nothing, reads no more of an answer than it keeps.
 */
export class Sender {
  readonly #policy: UrlPolicy;
  readonly #options: { readonly resolve?: Resolve; readonly ca?: string };
  readonly #targets = new Map<string, Target>();
  #agent: Agent | undefined;
  #connecting: Promise<Agent> | undefined;

  constructor(policy: UrlPolicy, options: { resolve?: Resolve; ca?: string } = {}) {
    this.#policy = policy;
    this.#options = options;
  }

  /** The client is heavy and most instances send nothing at once: loaded at the first request. */
  async #connect(): Promise<Agent> {
    const { Agent } = await import('undici');
    const { resolve, ca } = this.#options;
    return new Agent({
      connect: {
        lookup: judgingLookup(resolve ?? systemResolve(), this.#policy),
        timeout: CONNECT_MS,
        ...(ca && { ca }),
      },
      connections: 100,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 16_384,
      keepAliveTimeout: 10_000,
    });
  }

  async send(request: OutgoingRequest): Promise<Outcome> {
    const startedAt = performance.now();
    const target = this.#targetOf(request.url);
    if ('reason' in target) return failed(startedAt, 'blocked', target.reason);
    this.#connecting ??= this.#connect();
    this.#agent ??= await this.#connecting;
    try {
      const timeoutMs = request.timeoutMs ?? TIMEOUT_MS;
      const answer = await exchange(this.#agent, { ...request, ...target, timeoutMs });
      return toOutcome(answer, startedAt);
    } catch (error) {
      if (error instanceof Refusal) return failed(startedAt, error.kind, error.message);
      return failed(startedAt, ...explain(error));
    }
  }

  /** Of URLs, which do not change, the judgement does not either. */
  #targetOf(text: string): Target {
    const known = this.#targets.get(text);
    if (known) return known;
    const judgement = checkUrl(text, this.#policy);
    const target = judgement.ok
      ? { origin: judgement.url.origin, path: `${judgement.url.pathname}${judgement.url.search}` }
      : { reason: judgement.reason };
    if (this.#targets.size >= MAX_JUDGED) this.#targets.clear();
    this.#targets.set(text, target);
    return target;
  }

  async close(): Promise<void> {
    await (await this.#connecting)?.destroy();
  }
}

function toOutcome({ status, headers: all, body: bytes, answeredAt }: Answer, startedAt: number): Outcome {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(all))
    if (KEPT_HEADERS.has(name)) headers[name] = String(value).slice(0, MAX_VALUE);
  const isPlain = /^(identity)?$/i.test(String(all['content-encoding'] ?? ''));
  const isOk = status >= 200 && status < 300;
  return {
    latencyMs: Math.round(answeredAt - startedAt),
    status,
    headers,
    errorKind: isOk ? undefined : 'status',
    error: isOk ? undefined : `answered ${status}`,
    retryAfter: headers['retry-after'],
    body: isPlain ? readable(bytes) : bytes.toString('base64'),
  };
}

/** UTF-8 with replacement characters; no NUL, which tables cannot hold. */
function readable(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll('\0', '\uFFFD');
}

function failed(startedAt: number, errorKind: ErrorKind, error: string): Outcome {
  const latencyMs = Math.round(performance.now() - startedAt);
  return {
    latencyMs,
    errorKind,
    error,
    status: undefined,
    headers: {},
    retryAfter: undefined,
    body: undefined,
  };
}

/** Kind and a message that tells nothing of our own network. */
function explain(error: unknown): [ErrorKind, string] {
  const causes = [error, (error as Error).cause, ...((error as AggregateError).errors ?? [])];
  if (causes.some((cause) => cause instanceof BlockedAddress))
    return ['blocked', 'the name resolves to an address that is not public'];
  const code = (error as { code?: string }).code ?? '';
  if (/^(ENOTFOUND|ENODATA|EAI_|ESERVFAIL|EREFUSED|ETIMEOUT|EBADNAME|EBADRESP|ENONAME)/.test(code))
    return ['dns', `the name does not resolve (${code})`];
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|EADDRNOTAVAIL)$/.test(code))
    return ['connect', `no connection (${code})`];
  if (/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(code)) return ['reset', `the connection ended (${code})`];
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME)/.test(code))
    return ['tls', `the certificate or the handshake is bad (${code})`];
  return ['protocol', `not an HTTP answer (${code === '' ? 'unknown' : code})`];
}
