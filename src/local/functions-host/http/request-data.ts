import type { IncomingMessage } from 'node:http';
import type { HttpData, Nullable } from '../core/types.ts';
import type { RequestTarget } from './request-target.ts';
import type { RouteValues } from './route-match.ts';

type NullableMap = Readonly<Record<string, Nullable<string>>>;

/**
 * A request as the host hands it to the worker. Repeated query parameters and headers are joined with commas, as
 * ASP.NET's StringValues do (the whole query stays in `url`). Unlike Azure's host, which passes a body only when
 * Content-Length says so, chunked bodies arrive too.
 * https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script.Grpc/MessageExtensions/GrpcMessageConversionExtensions.cs
 */
export function toHttpData(
  request: IncomingMessage,
  target: RequestTarget,
  parts: { readonly values: RouteValues; readonly body: Buffer },
): HttpData {
  return {
    method: request.method ?? 'GET',
    url: `http://${request.headers.host ?? 'localhost'}${target.raw}`,
    nullableHeaders: nullable(joinedHeaders(request)),
    nullableQuery: nullable(joinedQuery(target.query)),
    nullableParams: nullable(parts.values),
    ...(parts.body.length === 0 ? {} : { body: { bytes: parts.body } }),
  };
}

/** Header values by lower-case name; repeated ones joined with commas, cookies with semicolons. */
export function joinedHeaders(request: IncomingMessage): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values) result[name] = values.join(name === 'cookie' ? '; ' : ',');
  }
  return result;
}

function joinedQuery(query: URLSearchParams): Record<string, string> {
  const spellings = new Map<string, string>();
  const result: Record<string, string> = {};
  for (const [name, value] of query) {
    const key = spellings.get(name.toLowerCase());
    if (key === undefined) {
      spellings.set(name.toLowerCase(), name);
      result[name] = value;
      continue;
    }
    result[key] = `${result[key]},${value}`;
  }
  return result;
}

function nullable(values: Readonly<Record<string, string>>): NullableMap {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}
