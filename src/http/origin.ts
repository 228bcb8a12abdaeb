import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { Origin } from './ports.ts';

const CORRELATION_ID = /^[\w.:-]{1,128}$/;
const MAX_USER_AGENT = 256;

/** Where a request comes from, as far as the platform in front of us says. */
export function originOf(request: Request, path: string): Origin {
  return {
    path,
    address: addressOf(request.headers.get('x-forwarded-for')),
    userAgent: request.headers.get('user-agent')?.slice(0, MAX_USER_AGENT),
    correlationId: correlationIdOf(request),
  };
}

/** The last hop is written by the platform, which appends to what a client may have sent; it may carry a port. */
function addressOf(forwardedFor: string | null): string | undefined {
  const last = forwardedFor?.split(',').at(-1)?.trim() ?? '';
  const bare = /^\[(.+)\](:\d+)?$/.exec(last)?.[1] ?? /^([^:]+):\d+$/.exec(last)?.[1] ?? last;
  return isIP(bare) === 0 ? undefined : bare;
}

/** W3C traceparent's trace id or the caller's own id; ours where there is none or it could be abused. */
function correlationIdOf(request: Request): string {
  const given = request.headers.get('x-correlation-id');
  if (given && CORRELATION_ID.test(given)) return given;
  const trace = /^[\da-f]{2}-([\da-f]{32})-/.exec(request.headers.get('traceparent') ?? '');
  return trace?.[1] ?? randomUUID();
}
