import { promises as dns } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { Agent, Dispatcher } from 'undici';
import { isLoopback, isPublicAddress } from '../ssrf/address.ts';
import { checkUrl, type UrlPolicy } from '../ssrf/url.ts';

export type ErrorKind =
  | 'blocked'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'reset'
  | 'protocol'
  | 'aborted'
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
};

/** Every address of a name. Tests give their own. */
export type Resolve = (name: string) => Promise<readonly string[]>;

const TIMEOUT_MS = 30_000;
const CONNECT_MS = 10_000;
/** The status decides; a body that comes slower than this is left. */
const BODY_MS = 2_000;
const KEPT_BYTES = 4096;
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

class BlockedAddress extends Error {
  override readonly name = 'BlockedAddress';
}

/**
 * Sends requests to receivers. The URL is judged each time, and every address of its name at each connection, by
 * the look-up that the connection itself uses: what was judged is what is connected to. Follows no redirect,
 * unpacks nothing, reads no more of an answer than it keeps.
 */
export class Sender {
  readonly #policy: UrlPolicy;
  readonly #options: { readonly resolve?: Resolve; readonly ca?: string };
  #agent: Promise<Agent> | undefined;

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
    const judgement = checkUrl(request.url, this.#policy);
    if (!judgement.ok) return failed(startedAt, 'blocked', judgement.reason);
    const timeout = AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS);
    const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout;
    try {
      this.#agent ??= this.#connect();
      const agent = await this.#agent;
      const response = await agent.request({
        origin: judgement.url.origin,
        path: `${judgement.url.pathname}${judgement.url.search}`,
        method: request.method ?? 'POST',
        headers: { ...request.headers },
        body: request.body ?? null,
        signal,
      });
      return await toOutcome(response, startedAt);
    } catch (error) {
      if (request.signal?.aborted) return failed(startedAt, 'aborted', 'the webhook was deleted');
      if (timeout.aborted) return failed(startedAt, 'timeout', 'no answer in time');
      return failed(startedAt, ...explain(error));
    }
  }

  async close(): Promise<void> {
    await (await this.#agent)?.destroy();
  }
}

async function toOutcome(response: Dispatcher.ResponseData, startedAt: number): Promise<Outcome> {
  const latencyMs = Math.round(performance.now() - startedAt);
  const status = response.statusCode;
  const headers = Object.fromEntries(
    Object.entries(response.headers)
      .filter(([name]) => KEPT_HEADERS.has(name))
      .map(([name, value]) => [name, String(value).slice(0, MAX_VALUE)]),
  );
  const bytes = await readStart(response.body);
  const isPlain = /^(identity)?$/i.test(String(response.headers['content-encoding'] ?? ''));
  const isOk = status >= 200 && status < 300;
  return {
    latencyMs,
    status,
    headers,
    errorKind: isOk ? undefined : 'status',
    error: isOk ? undefined : `answered ${status}`,
    retryAfter: headers['retry-after'],
    body: isPlain ? readable(bytes) : bytes.toString('base64'),
  };
}

/** As much as is kept, in the time that it may take; the connection is dropped when there is more. */
async function readStart(body: Dispatcher.ResponseData['body']): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => body.destroy(), BODY_MS);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk.subarray(0, KEPT_BYTES - size));
      size += chunk.length;
      if (size >= KEPT_BYTES) break;
    }
  } catch {
    // The status stands; what came of the body is kept.
  } finally {
    clearTimeout(timer);
    body.on('error', () => undefined).destroy();
  }
  return Buffer.concat(chunks);
}

/** UTF-8 with replacement characters; no NUL, which tables cannot hold. */
function readable(bytes: Buffer): string {
  return new TextDecoder().decode(bytes).replaceAll('\0', '\uFFFD');
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

/** A `lookup` for sockets that hands out addresses only when all of the name's are allowed. */
function judgingLookup(resolve: Resolve, policy: UrlPolicy): LookupFunction {
  return (name, options, callback) => {
    void (async () => {
      const addresses = await resolve(name);
      if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
      if (!addresses.every((address) => isAllowed(address, policy))) throw new BlockedAddress('not public');
      return addresses.map((address) => ({ address, family: isIP(address) }));
    })().then(
      (found) => {
        if (options.all) callback(null, found);
        else callback(null, found[0]?.address ?? '', found[0]?.family ?? 4);
      },
      (error: NodeJS.ErrnoException) => callback(error, options.all ? [] : ''),
    );
  };
}

function isAllowed(address: string, policy: UrlPolicy): boolean {
  return isPublicAddress(address) || (policy.allowLoopback && isLoopback(address));
}

/** By DNS alone, without the thread pool that `dns.lookup` shares with files, which slow servers would fill. */
function systemResolve(): Resolve {
  const resolver = new dns.Resolver({ timeout: 3_000, tries: 2 });
  return async (name) => {
    if (name === 'localhost') return ['127.0.0.1', '::1'];
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const found = [v4, v6].flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    if (found.length === 0 && v4.status === 'rejected') throw v4.reason;
    return found;
  };
}
