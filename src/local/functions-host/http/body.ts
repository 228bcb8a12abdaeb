import type { IncomingMessage } from 'node:http';

export type Body =
  | { readonly kind: 'complete'; readonly bytes: Buffer }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'stalled' };

export type BodyLimits = {
  readonly maxBytes: number;
  /** How long the sender may be silent, in milliseconds. */
  readonly idleMs: number;
};

/** True when the announced length is over the limit. */
export function announcesTooMuch(request: IncomingMessage, maxBytes: number): boolean {
  return Number(request.headers['content-length'] ?? 0) > maxBytes;
}

/** Collects a request's body; never rejects. */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Body> {
  if (announcesTooMuch(request, limits.maxBytes)) return Promise.resolve({ kind: 'tooLarge' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const idle = setTimeout(() => settle({ kind: 'stalled' }), limits.idleMs);
    function settle(body: Body): void {
      clearTimeout(idle);
      request.removeAllListeners('data');
      resolve(body);
    }
    request.on('data', (chunk: Buffer) => {
      idle.refresh();
      size += chunk.length;
      chunks.push(chunk);
      if (size > limits.maxBytes) settle({ kind: 'tooLarge' });
    });
    request.once('end', () => settle({ kind: 'complete', bytes: Buffer.concat(chunks) }));
    request.once('error', () => settle({ kind: 'aborted' }));
    request.once('close', () => settle({ kind: 'aborted' }));
  });
}
