import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Answer } from './route.ts';

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** Below this, compressing costs more than it saves. */
const MIN_COMPRESSED = 8_000;

/** An answer as a response: conditional (RFC 9110 If-None-Match), compressed where the caller takes gzip. */
export async function toResponse(
  answer: Answer,
  context: { request: Request; mediaType?: string | undefined },
): Promise<Response> {
  const { request } = context;
  const headers = new Headers(answer.headers);
  headers.set('vary', 'Accept-Encoding');
  const status = answer.status ?? 200;
  if (isUnchanged(request, headers.get('etag'))) return new Response(null, { status: 304, headers });
  const takesGzip = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(
    request.headers.get('accept-encoding') ?? '',
  );
  const pieces = answer.text ?? (answer.lines && toLines(answer.lines));
  if (answer.body === undefined && !pieces && !answer.packed) return new Response(null, { status, headers });
  headers.set('content-type', answer.contentType ?? context.mediaType ?? 'application/json');
  if (pieces) {
    const stream = toStream(pieces);
    if (takesGzip) headers.set('content-encoding', 'gzip');
    return new Response(takesGzip ? stream.pipeThrough(new CompressionStream('gzip')) : stream, {
      status,
      headers,
    });
  }
  if (answer.packed) {
    if (takesGzip) headers.set('content-encoding', 'gzip');
    return new Response(takesGzip ? answer.packed : await expand(answer.packed), { status, headers });
  }
  const text = JSON.stringify(answer.body);
  if (!takesGzip || text.length < MIN_COMPRESSED) return new Response(text, { status, headers });
  headers.set('content-encoding', 'gzip');
  return new Response(await compress(text, { level: 1 }), { status, headers });
}

function isUnchanged(request: Request, etag: string | null): boolean {
  const given = request.headers.get('if-none-match');
  if (given === null || etag === null || request.method !== 'GET') return false;
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  return given.split(',').some((tag) => bare(tag) === bare(etag) || tag.trim() === '*');
}

async function* toLines(pages: AsyncIterable<readonly unknown[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** A page at a time, as fast as it is read: the estate is never in memory as a whole. */
function toStream(pieces: AsyncIterable<string>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = pieces[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await iterator.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
