import { expect, test } from 'vitest';
import { createCoreApp, registerFunction, registerHook } from './app.ts';
import { invokeRegistered } from './invoke.ts';
import { createCoreModule } from './module.ts';
import type { ProgrammingModel } from './types.ts';

type HookArguments = Record<string, unknown>;

function setup(callback: (...args: unknown[]) => unknown) {
  const steps: string[] = [];
  const lines: unknown[] = [];
  const app = createCoreApp((entry) => lines.push(entry));
  const model: ProgrammingModel = {
    name: 'test',
    version: '1',
    getInvocationModel: (core) => {
      steps.push('model');
      return {
        getArguments: async () => {
          steps.push('arguments');
          return { context: { id: core.invocationId }, inputs: ['input'] };
        },
        invokeFunction: async (context, inputs, handler) => {
          steps.push(`invoke in ${core.state}`);
          core.log('information', 'user', 'from the function');
          return handler(...inputs, context);
        },
        getResponse: async (_context, result) => {
          steps.push('response');
          return { returnValue: { string: String(result) } };
        },
      };
    },
  };
  createCoreModule(app).setProgrammingModel(model);
  registerFunction(app, { name: 'f', bindings: {} }, callback);
  const registered = app.functions.get('f') ?? { metadata: { name: '', bindings: {} }, callback };
  const invoke = () =>
    invokeRegistered(app, registered, { id: 'id-1', request: { inputData: [], triggerMetadata: {} } });
  return { app, steps, lines, invoke };
}

test('the order is that of the worker', async () => {
  const { app, steps, invoke } = setup((input) => `${String(input)}!`);
  registerHook(app, 'postInvocation', () => steps.push('post'));
  registerHook(app, 'preInvocation', () => steps.push('pre 1'));
  registerHook(app, 'preInvocation', () => steps.push('pre 2'));

  const { response } = await invoke();

  expect(steps).toEqual(['model', 'arguments', 'pre 1', 'pre 2', 'invoke in invocation', 'post', 'response']);
  expect(response.returnValue?.string).toBe('input!');
});

test('hooks may change inputs, function, result and error, and share data', async () => {
  const { app, invoke } = setup(() => {
    throw new Error('replaced');
  });
  registerHook(app, 'preInvocation', (context) => {
    const hook = context as HookArguments & { hookData: HookArguments };
    hook.inputs = ['changed'];
    hook.functionCallback = (input: unknown) => Promise.reject(new Error(String(input)));
    hook.hookData.seen = 'yes';
  });
  registerHook(app, 'postInvocation', (context) => {
    const hook = context as HookArguments & { error: Error; hookData: HookArguments };
    hook.result = `${hook.error.message} ${String(hook.hookData.seen)}`;
    Object.assign(hook, { error: null });
  });

  const { result } = await invoke();

  expect(result).toBe('changed yes');
});

test('what a hook may not replace throws', async () => {
  const { app, invoke } = setup(() => 1);
  registerHook(app, 'preInvocation', (context) => Object.assign(context, { hookData: {} }));

  await expect(invoke()).rejects.toThrow("Cannot assign to read only property 'hookData'");
});

test('the error of the function comes out, after the hooks have seen it', async () => {
  const { app, steps, invoke } = setup(() => {
    throw new Error('mine');
  });
  registerHook(app, 'postInvocation', () => steps.push('post'));

  await expect(invoke()).rejects.toThrow('mine');
  expect(steps.at(-1)).toBe('post');
});

test('log hooks change user logs, and one that throws is logged', async () => {
  const { app, lines, invoke } = setup(() => 1);
  registerHook(app, 'log', (context) => Object.assign(context, { message: 'changed', level: 'warning' }));

  await invoke();
  registerHook(app, 'log', () => {
    throw new Error('bad hook');
  });
  await invoke();

  expect(lines[0]).toEqual({
    level: 'warning',
    message: 'changed',
    category: 'Function.f.User',
    functionName: 'f',
    invocationId: 'id-1',
  });
  expect(lines).toContainEqual(expect.objectContaining({ message: 'A log hook threw: bad hook' }));
});

test('a disposed hook does not run, an unknown one is refused', async () => {
  const { app, steps, invoke } = setup(() => 1);
  const hook = registerHook(app, 'preInvocation', () => steps.push('pre'));

  hook.dispose();
  await invoke();

  expect(steps).not.toContain('pre');
  expect(() => registerHook(app, 'odd', () => undefined)).toThrow('Unrecognized hook "odd"');
});

test('functions are registered before the start only', () => {
  const { app } = setup(() => 1);
  app.hasStarted = true;

  expect(() => registerFunction(app, { name: 'g', bindings: {} }, () => 1)).toThrow(
    'only be registered during',
  );
});
