import { randomBytes } from 'node:crypto';
import type { TraceContext } from './core/types.ts';

const pattern = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-([\da-f]{2})/;

/**
 * The trace context of an invocation: a new span in the caller's trace, else in a trace of its own.
 * https://www.w3.org/TR/trace-context/
 */
export function createTraceContext(traceParent?: string, traceState = ''): TraceContext {
  const [, trace = randomBytes(16).toString('hex'), flags = '00'] = pattern.exec(traceParent ?? '') ?? [];
  return {
    traceParent: `00-${trace}-${randomBytes(8).toString('hex')}-${flags}`,
    traceState,
    attributes: {},
  };
}
