import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from '@azure/service-bus';
import { onTestFinished } from 'vitest';
import type { QueueDeclaration } from '#platform/queues.ts';
import { type ServiceBusEmulator, startServiceBus } from '../index.ts';

export function queue(name: string, overrides: Partial<QueueDeclaration> = {}): QueueDeclaration {
  return {
    name,
    description: 'test',
    lockDurationSeconds: 30,
    maxDeliveryCount: 10,
    defaultMessageTimeToLiveSeconds: 1_209_600,
    deadLetteringOnMessageExpiration: true,
    maxSizeInMegabytes: 1_024,
    ...overrides,
  };
}

export type Bus = { readonly emulator: ServiceBusEmulator; readonly client: ServiceBusClient };

/** Starts an emulator and a client for one test, in memory unless a directory is given. */
export async function startBus(queues: QueueDeclaration[], dataDir?: string): Promise<Bus> {
  const emulator = await startServiceBus({ port: 0, dataDir, queues });
  const client = connect(emulator.connectionString);
  onTestFinished(async () => {
    await client.close();
    await emulator.close();
  });
  return { emulator, client };
}

/** A send in flight when the connection drops waits for its timeout, a minute by default. */
export function connect(connectionString: string, timeoutInMs = 1_500): ServiceBusClient {
  const retryOptions = { maxRetries: 2, retryDelayInMs: 50, timeoutInMs };
  return new ServiceBusClient(connectionString, { retryOptions });
}

export async function receiveOne(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
  if (message === undefined) throw new Error('No message came within five seconds.');
  return message;
}

export async function receiveNothing(receiver: ServiceBusReceiver, milliseconds = 150): Promise<boolean> {
  const messages = await receiver.receiveMessages(1, { maxWaitTimeInMs: milliseconds });
  return messages.length === 0;
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'service-bus-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Waits until the condition holds, for five seconds at most. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('The condition did not come true within five seconds.');
    await delay(5);
  }
}

export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return 'no error';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

export type Started = {
  readonly process: ChildProcess;
  readonly port: number;
  readonly connectionString: string;
  readonly statusUrl: string;
};

/** Starts the emulator as a process of its own and waits for its one line. */
export async function startProcess(args: string[]): Promise<Started> {
  const child = spawnEmulator(args);
  for await (const line of createInterface({ input: child.stdout })) {
    return { process: child, ...JSON.parse(line) };
  }
  throw new Error('The emulator ended without its line.');
}

/** Runs the emulator to its end. */
export async function runProcess(
  args: string[],
): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawnEmulator(args);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const code = await exitOf(child);
  return { code, output, errors };
}

export function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', (code) => resolve(code)));
}

function spawnEmulator(args: string[]) {
  const main = join(import.meta.dirname, '..', 'main.ts');
  const child = spawn(process.execPath, [main, ...args], { stdio: 'pipe' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}
