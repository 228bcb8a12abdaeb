import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { readFlags } from './commandLine.ts';

const entry = join(import.meta.dirname, 'main.ts');

function run(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [entry, '--drift', '0', '--estate-size', '50', ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function exitOf(child: ChildProcess): Promise<{ code: number | null; output: string; errors: string }> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [code, output, errors] = await Promise.all([
    ended,
    child.stdout === null ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
  ]);
  return { code, output, errors };
}

async function firstLine(
  child: ChildProcess,
): Promise<{ url: string; tenantId: string; subscriptionIds: string[] }> {
  const chunk = await new Promise<Buffer>((resolve) => child.stdout?.once('data', resolve));
  return JSON.parse(chunk.toString()) as never;
}

test('the process says where it answers, and ends on SIGTERM', async () => {
  const child = run();
  const announced = await firstLine(child);

  const response = await fetch(`${announced.url}/simulator/status`);
  const ended = exitOf(child);
  child.kill('SIGTERM');

  expect(await response.json()).toMatchObject({ resources: 50 });
  expect(announced.subscriptionIds).toHaveLength(1);
  expect(await ended).toMatchObject({ code: 0, errors: '' });
});

test('the process ends with its parent', async () => {
  const child = run();
  await firstLine(child);
  const ended = exitOf(child);

  child.disconnect();

  expect(await ended).toMatchObject({ code: 0 });
});

test('a busy port is one line', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  const ended = await exitOf(run('--port', String(port)));

  expect(ended).toEqual({ code: 1, output: '', errors: `azure simulator: port ${port} is in use\n` });
});

test('wrong flags are named', () => {
  expect(() => readFlags(['--estate-size', '0'])).toThrow('--estate-size');
  expect(() => readFlags(['--nope'])).toThrow('--nope');
  expect(() => readFlags(['--faults', '{"throttle":{"rate":2}}'])).toThrow('--faults.throttle.rate');
  expect(readFlags(['--faults', '{"graphRefused":true}', '--seed', '7'])).toMatchObject({
    seed: 7,
    faults: { graphRefused: true },
  });
});
