import { randomUUID } from 'node:crypto';
import type { CoreApp } from './core/app.ts';
import { type InvocationResult, invokeRegistered } from './core/invoke.ts';
import type { InvocationRequest } from './core/types.ts';
import type { HostFunction } from './functions.ts';
import type { Logger } from './log.ts';
import { createTraceContext } from './trace-context.ts';

export type Outcome =
  | ({ readonly ok: true } & InvocationResult)
  | { readonly ok: false; readonly error: unknown };

export type RunOptions = {
  /** Why it runs, for the log. */
  readonly reason: string;
  readonly invocationId?: string;
};

/** Writes the output bindings of a finished invocation; rejects when one cannot be written. */
export type OutputWriter = (target: HostFunction, result: InvocationResult) => Promise<void>;

export type Invoker = {
  /** Runs a function once, its outputs included; never rejects. */
  run(target: HostFunction, request: InvocationRequest, options: RunOptions): Promise<Outcome>;
  /** Makes `drain` wait for work around invocations too, such as settling a message; passes the work through. */
  hold<T>(work: Promise<T>): Promise<T>;
  /** Resolves to the number of invocations still running when all have ended or `limitMs` have passed. */
  drain(limitMs: number): Promise<number>;
};

export function createInvoker(options: {
  readonly app: CoreApp;
  readonly logger: Logger;
  readonly timeoutMs: number;
  readonly writeOutputs: OutputWriter;
}): Invoker {
  const { app, logger, timeoutMs, writeOutputs } = options;
  const running = new Set<Promise<unknown>>();
  const held = new Set<Promise<unknown>>();

  async function attempt(target: HostFunction, id: string, request: InvocationRequest): Promise<Outcome> {
    try {
      const traced = { ...request, traceContext: request.traceContext ?? createTraceContext() };
      const result = await invokeRegistered(app, target.registered, { id, request: traced });
      await writeOutputs(target, result);
      return { ok: true, ...result };
    } catch (error) {
      return { ok: false, error };
    }
  }

  async function logged(target: HostFunction, id: string, work: () => Promise<Outcome>, reason: string) {
    const fields = { category: `Function.${target.name}`, functionName: target.name, invocationId: id };
    const start = performance.now();
    logger({ ...fields, level: 'information', message: `Executing (reason: ${reason})` });
    const outcome = await work();
    const elapsed = `${Math.round(performance.now() - start)} ms`;
    if (outcome.ok) logger({ ...fields, level: 'information', message: `Succeeded in ${elapsed}` });
    else logger({ ...fields, level: 'error', message: `Failed in ${elapsed}`, error: outcome.error });
    return outcome;
  }

  return {
    run: (target, request, { reason, invocationId = randomUUID() }) => {
      const work = () => withTimeout(attempt(target, invocationId, request), target.name, timeoutMs);
      const outcome = logged(target, invocationId, work, reason);
      running.add(outcome);
      return outcome.finally(() => running.delete(outcome));
    },
    hold: (work) => {
      held.add(work);
      const forget = () => held.delete(work);
      work.then(forget, forget);
      return work;
    },
    drain: async (limitMs) => {
      const deadline = Promise.withResolvers<void>();
      const timer = setTimeout(deadline.resolve, limitMs);
      while (running.size + held.size > 0) {
        const expired = await Promise.race([
          Promise.allSettled([...running, ...held]).then(() => false),
          deadline.promise.then(() => true),
        ]);
        if (expired) break;
      }
      clearTimeout(timer);
      return running.size;
    },
  };
}

// Azure kills the worker of a function that ran out of time; here the handler goes on, its result is dropped.
async function withTimeout(outcome: Promise<Outcome>, name: string, timeoutMs: number): Promise<Outcome> {
  if (!Number.isFinite(timeoutMs)) return outcome;
  const expired = Promise.withResolvers<Outcome>();
  const message = `Timeout value of ${timeoutMs} ms was exceeded by function: Functions.${name}`;
  const timer = setTimeout(
    () => expired.resolve({ ok: false, error: new Error(message) }),
    Math.min(timeoutMs, 2 ** 31 - 1),
  );
  try {
    return await Promise.race([outcome, expired.promise]);
  } finally {
    clearTimeout(timer);
  }
}
