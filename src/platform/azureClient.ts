import type { ServiceClient } from '@azure/core-client';
import type { AzureCredential } from './credential.ts';
import { messageOf } from './failure.ts';
import { traced } from './telemetry.ts';

/** A resource document as Azure sent it: Resource Manager's or a Resource Graph row. */
export type AzureDocument = Readonly<Record<string, unknown>>;

export type AzureErrorKind = 'notFound' | 'refused' | 'throttled' | 'badRequest' | 'unavailable';

/** Any failed call to Azure, classified for the decision at hand; the message is Azure's own. */
export class AzureError extends Error {
  override readonly name = 'AzureError';
  readonly kind: AzureErrorKind;
  readonly retryAfterSeconds: number | undefined;
  /** Of the answer; undefined where there was none. */
  readonly status: number | undefined;
  constructor(
    kind: AzureErrorKind,
    message: string,
    options: { cause: unknown; retryAfterSeconds?: number | undefined; status?: number | undefined },
  ) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.status = options.status;
  }
}

export type AzureOptions = { readonly endpoint: string; readonly credential: AzureCredential };

/** What every client of Resource Manager is made with: endpoint, scope of the token (older clients ask for it by another name), retries of the pipeline. */
export function clientOptions(endpoint: string, maxRetries = 3) {
  const scope = `${new URL(endpoint).origin}/.default`;
  return {
    endpoint,
    allowInsecureConnection: isPlainHttp(endpoint),
    credentials: { scopes: [scope] },
    credentialScopes: [scope],
    retryOptions: { maxRetries, retryDelayInMs: 300, maxRetryDelayInMs: 10_000 },
    userAgentOptions: { userAgentPrefix: 'policycortex' },
  };
}

/** Only a simulator on this machine speaks plain HTTP; the clients refuse to send it a token. */
export function withoutTokenOverHttp<
  T extends { readonly pipeline: { removePolicy(p: { name: string }): unknown } },
>(client: T, endpoint: string): T {
  if (isPlainHttp(endpoint)) client.pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' });
  return client;
}

function isPlainHttp(endpoint: string): boolean {
  return endpoint.startsWith('http://');
}

/** Makes a request, traced. @throws AzureError */
export async function callAzure<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await traced('azure', { kind: 'client' }, request);
  } catch (error) {
    throw toAzureError(error);
  }
}

function toAzureError(error: unknown): AzureError {
  if (error instanceof AzureError) return error;
  const { statusCode, code, response } = error as {
    code?: string;
    statusCode?: number;
    response?: { headers?: Iterable<[name: string, value: string]> };
  };
  const kind = KIND_OF_CODE[code ?? ''] ?? kindOf(Number(statusCode));
  return new AzureError(kind, explain(error), {
    cause: error,
    retryAfterSeconds: retryAfterOf(response?.headers ?? []),
    status: statusCode,
  });
}

/**
 * The longest of the waits that the headers ask for: `Retry-After`, and the quotas of providers such as
 * `x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after` ("Latency and rate limits", Cost Management automation).
 */
function retryAfterOf(headers: Iterable<[name: string, value: string]>): number | undefined {
  const waits = [...headers].flatMap(([name, value]) =>
    /(^|-)retry-after$/i.test(name) ? [Number(value)] : [],
  );
  const longest = Math.max(0, ...waits.filter((seconds) => seconds > 0));
  return longest > 0 ? longest : undefined;
}

type ErrorBody = { code?: string; message?: string; details?: readonly ErrorBody[] };

/** Azure's own words; those of the innermost detail, where Resource Graph puts what it means. */
function explain(error: unknown): string {
  const { details, response } = error as {
    details?: { error?: ErrorBody };
    response?: { bodyAsText?: string | null };
  };
  const detail = innermost(details?.error ?? parseError(response?.bodyAsText));
  if (detail?.message) return [detail.code, detail.message].filter(Boolean).join(': ');
  const { code } = error as { code?: string };
  if (code === 'AuthorizationFailed')
    return `${code}: the identity has no authorization to read this; it needs the role Reader`;
  return [code, messageOf(error)].filter(Boolean).join(': ');
}

/** The clients' pagers hide the body's message behind one of their own. */
function parseError(text: string | null | undefined): ErrorBody | undefined {
  try {
    return text ? (JSON.parse(text) as { error?: ErrorBody }).error : undefined;
  } catch {
    return undefined;
  }
}

function innermost(body: ErrorBody | undefined): ErrorBody | undefined {
  const [first] = body?.details ?? [];
  return first ? innermost(first) : body;
}

/** 404s that do not say that the resource is gone. */
const KIND_OF_CODE: Readonly<Record<string, AzureErrorKind>> = {
  SubscriptionNotFound: 'refused',
  InvalidResourceType: 'badRequest',
  InvalidResourceNamespace: 'badRequest',
  ResourceProviderNotFound: 'badRequest',
  MissingRegistrationForType: 'badRequest',
};

function kindOf(status: number): AzureErrorKind {
  if (status === 404 || status === 410) return 'notFound';
  if (status === 401 || status === 403) return 'refused';
  if (status === 429) return 'throttled';
  if (status >= 400 && status < 500) return 'badRequest';
  return 'unavailable';
}

type PagedList = (options: {
  readonly onResponse: (response: { readonly bodyAsText?: string | null }) => void;
}) => { byPage(): AsyncIterable<unknown> };

/**
 * Pages of a list as Azure sent them (the clients' own models drop fields they do not know); the next one is
 * fetched while one is worked on. @throws AzureError
 */
export async function* rawPages(list: PagedList): AsyncGenerator<AzureDocument[]> {
  let text: string | null | undefined;
  const onResponse = (response: { readonly bodyAsText?: string | null }) => {
    text = response.bodyAsText;
  };
  const pages = list({ onResponse }).byPage()[Symbol.asyncIterator]();

  async function fetchPage(): Promise<AzureDocument[] | undefined> {
    const { done } = await callAzure(() => pages.next());
    return done ? undefined : valuesOf(text);
  }

  let next = fetchPage();
  for (;;) {
    const page = await next;
    if (!page) return;
    next = fetchPage();
    next.catch(() => undefined);
    yield page;
  }
}

function valuesOf(text: string | null | undefined): AzureDocument[] {
  const { value } = JSON.parse(text || '{}') as { value?: unknown };
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}

/**
 * A plain request through a client's own pipeline, for API versions that the client does not know.
 * Returns the body; empty where there is none. @throws AzureError
 */
export function sendRaw(
  client: Pick<ServiceClient, 'sendRequest'>,
  request: {
    readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    readonly url: string;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<AzureDocument> {
  return callAzure(async () => {
    const { createPipelineRequest, createHttpHeaders, RestError } = await import('@azure/core-rest-pipeline');
    const response = await client.sendRequest(
      createPipelineRequest({
        url: request.url,
        method: request.method,
        headers: createHttpHeaders({
          'content-type': 'application/json',
          accept: 'application/json',
          ...request.headers,
        }),
        allowInsecureConnection: isPlainHttp(request.url),
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
      }),
    );
    if (response.status < 400) return JSON.parse(response.bodyAsText || '{}') as AzureDocument;
    const code = parseError(response.bodyAsText)?.code;
    throw new RestError(`status ${response.status}`, {
      statusCode: response.status,
      response,
      ...(code && { code }),
    });
  });
}
