import { onTestFinished } from 'vitest';
import { type AzureOptions, type AzureSimulator, startAzure } from '../index.ts';

/** Starts a small simulator on a free port that ends with the test. */
export async function startTestAzure(options: Partial<AzureOptions> = {}): Promise<AzureSimulator> {
  const simulator = await startAzure({
    port: 0,
    dataDir: undefined,
    estateSize: 500,
    seed: 11,
    drift: 0,
    operationMilliseconds: 20,
    retryScale: 0.001,
    ...options,
  });
  onTestFinished(() => simulator.close());
  return simulator;
}

export type TruthRow = { readonly id: string; readonly type: string; readonly [column: string]: unknown };

export async function truthOf(url: string): Promise<readonly TruthRow[]> {
  const response = await fetch(`${url}/simulator/truth`);
  const text = await response.text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as TruthRow);
}

type Control = { readonly method: string; readonly path: string; readonly body?: unknown };

export async function control(
  url: string,
  request: Control,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { method, path, body } = request;
  const response = await fetch(`${url}/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

/** Awaits a refusal, from the start on, so that several may be under way at once. */
export function refusalOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'not refused',
    (error: unknown) => error,
  );
}
