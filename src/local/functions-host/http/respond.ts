import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpData, TypedData } from '../core/types.ts';
import { formatCookie } from './cookies.ts';

const managedHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade']);

/** Ends a response that has not begun with a status and, if given, a text; closes the connection if the request is unread. */
export function sendStatus(response: ServerResponse, status: number, text = ''): void {
  if (response.destroyed) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (hasUnreadBody(response.req)) response.setHeader('connection', 'close');
  if (text !== '') response.setHeader('content-type', 'text/plain; charset=utf-8');
  if (status !== 204 && status !== 304) response.setHeader('content-length', Buffer.byteLength(text));
  response.writeHead(status).end(text);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** Writes what the worker returned for an HTTP output; nothing returned is 204, as in Azure's host. */
export function sendHttpData(response: ServerResponse, data: HttpData | undefined): void {
  if (!data) {
    sendStatus(response, 204);
    return;
  }
  const body = bodyBytes(data.body);
  for (const [name, value] of Object.entries(data.headers ?? {})) {
    if (!managedHeaders.has(name.toLowerCase())) response.setHeader(name, value);
  }
  appendCookies(response, data);
  const isHead = response.req.method === 'HEAD';
  if (!isHead && body.length > 0) response.setHeader('content-length', body.length);
  response.writeHead(Number(data.statusCode ?? 200));
  response.end(isHead ? undefined : body);
}

function appendCookies(response: ServerResponse, data: HttpData): void {
  const cookies = (data.cookies ?? []).map(formatCookie);
  if (cookies.length === 0) return;
  response.setHeader('set-cookie', [response.getHeader('set-cookie') ?? [], cookies].flat().map(String));
}

function bodyBytes(data: TypedData | null | undefined): Buffer {
  if (data?.bytes) return Buffer.from(data.bytes);
  return Buffer.from(data?.string ?? data?.json ?? '');
}

function hasUnreadBody(request: IncomingMessage): boolean {
  if (request.complete) return false;
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  );
}
