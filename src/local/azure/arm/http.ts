import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../estate/model.ts';
import type { World } from '../world.ts';
import { badRequest } from './failure.ts';

export type ArmRequest = {
  readonly method: string;
  /** Decoded, without empty segments. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly origin: string;
  readonly url: URL;
  readonly correlationId: string;
};

export type ArmResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** JSON that is already written. */
  readonly text?: string;
  readonly stream?: AsyncIterable<string>;
};

export type Parameters = Readonly<Record<string, string>>;
export type Handler = (
  request: ArmRequest,
  world: World,
  parameters: Parameters,
) => ArmResponse | Promise<ArmResponse>;

export type Route = {
  readonly method: string;
  /** Segments in lower case; `{name}` matches one, a last `{*name}` the rest. */
  readonly path: string;
  readonly handle: Handler;
  readonly requiresApiVersion?: boolean;
  /** Resource Graph throttles in its own words. */
  readonly isGraph?: boolean;
};

export function ok(body: unknown): ArmResponse {
  return { status: 200, body };
}

/** Returns the request's body as an object; refuses anything else as Resource Manager does. */
export function objectBody(request: ArmRequest): JsonObject {
  const { body } = request;
  if (body !== null && typeof body === 'object' && !Array.isArray(body)) return body as JsonObject;
  throw badRequest('InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
}

/** Returns the value of a query parameter named in any case: Azure takes `$skipToken` and `$skiptoken` alike. */
export function parameter(request: ArmRequest, name: string): string | undefined {
  for (const [key, value] of request.query) if (key.toLowerCase() === name.toLowerCase()) return value;
  return undefined;
}
