import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { tempDir } from './tempDir.ts';

export type Product = {
  readonly url: string;
  readonly apiKey: string;
  readonly simulatorUrl: string;
  readonly dataDir: string;
  readonly readyAfterMs: number;
  /** Everything that was written on standard output. */
  readonly output: readonly string[];
  /** A request with the owner's key. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  json<T>(path: string, init?: RequestInit): Promise<T>;
  stop(): Promise<number | null>;
};

/** `npm start -- --json` as a user runs it, on a free port. */
export async function startProduct(args: readonly string[] = [], dataDir = tempDir()): Promise<Product> {
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    ['src/local/main.ts', '--json', '--port', '0', '--data-dir', dataDir, ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output: string[] = [];
  const errors: string[] = [];
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const first = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    output.push(line);
    first.resolve(line);
  });
  const failed = exited.then((code): never => {
    throw new Error(`ended with ${code}: ${errors.join('\n')}`);
  });
  failed.catch(() => undefined);
  const { url, apiKey, simulatorUrl } = JSON.parse(await Promise.race([first.promise, failed])) as Product;

  function request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${apiKey}`);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return fetch(`${url}${path}`, { ...init, headers });
  }

  return {
    url,
    apiKey,
    simulatorUrl,
    dataDir,
    output,
    readyAfterMs: performance.now() - startedAt,
    fetch: request,
    json: async <T>(path: string, init?: RequestInit) => (await (await request(path, init)).json()) as T,
    stop: () => {
      child.kill('SIGINT');
      return exited;
    },
  };
}

/** Asks again until the answer is as wanted; the answer. @throws after `timeoutMs` with the last one */
export async function until<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (performance.now() > deadline)
      throw new Error(`not within ${timeoutMs} ms; last: ${JSON.stringify(answer)?.slice(0, 500)}`);
    await pause(25);
  }
}
