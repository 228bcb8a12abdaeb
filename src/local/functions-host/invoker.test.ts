import { expect, test } from 'vitest';
import { createCoreApp } from './core/app.ts';
import type { HostFunction } from './functions.ts';
import { createInvoker } from './invoker.ts';

function setup(handler: () => unknown, options: { timeoutMs?: number; failsOutputs?: boolean } = {}) {
  const lines: { level: string; message: string }[] = [];
  const app = createCoreApp(() => undefined);
  app.model = {
    name: '',
    version: '',
    getInvocationModel: () => ({
      getArguments: async () => ({ context: {}, inputs: [] }),
      invokeFunction: async () => handler(),
      getResponse: async () => ({}),
    }),
  };
  const invoker = createInvoker({
    app,
    logger: (entry) => lines.push(entry),
    timeoutMs: options.timeoutMs ?? Number.POSITIVE_INFINITY,
    writeOutputs: async () => {
      if (options.failsOutputs) throw new Error('no table');
    },
  });
  const metadata = { name: 'f', bindings: {} };
  const target: HostFunction = {
    name: 'f',
    trigger: { name: 't', type: 'timerTrigger', direction: 'in' },
    outputs: [],
    isDisabled: false,
    retry: undefined,
    registered: { metadata, callback: () => undefined },
  };
  const run = () => invoker.run(target, { inputData: [], triggerMetadata: {} }, { reason: 'test' });
  return { invoker, run, lines };
}

test('a run is logged with its reason, its end and its error', async () => {
  const { run, lines } = setup(() => {
    throw new Error('mine');
  });

  const outcome = await run();

  expect(outcome).toMatchObject({ ok: false, error: { message: 'mine' } });
  expect(lines.map(({ level, message }) => `${level} ${message.replace(/\d+/, 'N')}`)).toEqual([
    'information Executing (reason: test)',
    'error Failed in N ms',
  ]);
});

test('an output that cannot be written fails the run', async () => {
  const { run } = setup(() => 1, { failsOutputs: true });

  const outcome = await run();

  expect(outcome).toMatchObject({ ok: false, error: { message: 'no table' } });
});

test('a run over the timeout fails', async () => {
  const { run } = setup(() => new Promise(() => undefined), { timeoutMs: 20 });

  const outcome = await run();

  expect(outcome).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining('20 ms was exceeded') },
  });
});

test('drain waits for runs and what is held, and counts the runs that do not end', async () => {
  const gate = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const { invoker, run } = setup(() => gate.promise);
  void run();
  void invoker.hold(held.promise);

  const left = await invoker.drain(20);
  gate.resolve();
  let hasDrained = false;
  const drained = invoker.drain(5_000).then((count) => {
    hasDrained = true;
    return count;
  });
  await new Promise((resolve) => setTimeout(resolve, 30));
  const before = hasDrained;
  held.resolve();

  expect([left, before, await drained]).toEqual([1, false, 0]);
});
