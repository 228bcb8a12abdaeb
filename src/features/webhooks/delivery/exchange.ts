import type { Agent, Dispatcher } from 'undici';
import type { ErrorKind } from './sender.ts';

/** What came back: the status decides, of the body only the start is kept. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** Of its headers, by `performance.now()`. */
  readonly answeredAt: number;
};

type Exchange = {
  readonly origin: string;
  readonly path: string;
  readonly method?: 'POST' | 'OPTIONS';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly mayStart?: () => boolean;
};

/** We ended it ourselves. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** A body that comes slower than this is left. */
const BODY_MS = 2_000;
const KEPT_BYTES = 4096;
/** How exactly a time is kept. */
const LOOK_MS = 50;

/**
 * One request and the start of its answer, by undici's dispatch: no stream, no promise a chunk.
 * @throws Refusal on timeout, abort, and where it may not start; else what the connection failed with
 */
export function exchange(agent: Agent, request: Exchange): Promise<Answer> {
  const { origin, path, method = 'POST', headers, body = null } = request;
  const handler = new Handler(request);
  agent.dispatch({ origin, path, method, headers, body }, handler);
  return handler.answer;
}

/** One timer for all requests: at thousands a second, timers and listeners of each would be felt. */
class Watch {
  readonly #handlers = new Set<Handler>();
  #timer: NodeJS.Timeout | undefined;

  add(handler: Handler): void {
    this.#handlers.add(handler);
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
  }

  delete(handler: Handler): void {
    this.#handlers.delete(handler);
  }

  #look(): void {
    const now = performance.now();
    for (const handler of this.#handlers) handler.look(now);
    if (this.#handlers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

const watch = new Watch();

class Handler implements Dispatcher.DispatchHandler {
  readonly answer: Promise<Answer>;
  readonly #request: Exchange;
  readonly #settle: { resolve: (answer: Answer) => void; reject: (error: unknown) => void };
  #controller: Dispatcher.DispatchController | undefined;
  #refusal: Refusal | undefined;
  /** By `performance.now()`. */
  #deadline: number;
  #head: Omit<Answer, 'body'> | undefined;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(request: Exchange) {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.answer = promise;
    this.#settle = { resolve, reject };
    this.#request = request;
    this.#deadline = performance.now() + request.timeoutMs;
    watch.add(this);
    this.look(0);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (!this.#refusal && this.#request.mayStart?.() === false)
      this.#refuse('notStarted', 'what is known of the webhook is too old');
    else if (this.#refusal) controller.abort(this.#refusal);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Answer['headers']): void {
    if (status < 200) return;
    this.#head = { status, headers, answeredAt: performance.now() };
    this.#deadline = this.#head.answeredAt + BODY_MS;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#size < KEPT_BYTES) this.#chunks.push(Buffer.from(chunk.subarray(0, KEPT_BYTES - this.#size)));
    this.#size += chunk.length;
    if (this.#size > KEPT_BYTES) this.#leave();
  }

  onResponseEnd(): void {
    this.#end(undefined);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#end(error);
  }

  /** Ends it where its time is over, or its webhook is deleted. */
  look(now: number): void {
    if (this.#request.signal?.aborted) this.#refuse('aborted', 'the webhook was deleted');
    else if (now < this.#deadline) return;
    else if (this.#head) this.#leave();
    else this.#refuse('timeout', 'no answer in time');
  }

  /** Enough is known: the rest of the answer is not read, and its connection dropped. */
  #leave(): void {
    this.#end(undefined);
    this.#controller?.abort(new Refusal('aborted', 'the rest of the answer is not read'));
  }

  #refuse(kind: ErrorKind, message: string): void {
    this.#refusal ??= new Refusal(kind, message);
    this.#end(this.#refusal);
    this.#controller?.abort(this.#refusal);
  }

  /** The first end counts. Once there is a status, what happens to the body changes nothing. */
  #end(error: Error | undefined): void {
    watch.delete(this);
    const { status } = this.#head ?? {};
    if (this.#head && status !== undefined)
      this.#settle.resolve({ ...this.#head, body: Buffer.concat(this.#chunks) });
    else this.#settle.reject(error ?? new Error('no answer'));
  }
}
