import type { CoreApp, RegisteredFunction } from './app.ts';
import { coreLog } from './core-log.ts';
import { AzFuncSystemError } from './errors.ts';
import { readOnlyContext } from './hook-context.ts';
import { executeHooks } from './hooks.ts';
import type { CoreContext, FunctionCallback, InvocationRequest, InvocationResponse } from './types.ts';

export type InvocationResult = {
  readonly response: InvocationResponse;
  /** What the function returned, after the hooks. */
  readonly result: unknown;
};

type Invocation = { readonly id: string; readonly request: InvocationRequest };

/**
 * Runs a function in the order of the worker: model, arguments, preInvocation hooks, function, postInvocation
 * hooks, response. Rejects with what the function or a hook threw.
 * https://github.com/Azure/azure-functions-nodejs-worker/blob/v3.x/src/eventHandlers/InvocationHandler.ts
 */
export async function invokeRegistered(
  app: CoreApp,
  registered: RegisteredFunction,
  invocation: Invocation,
): Promise<InvocationResult> {
  if (!app.model) throw new AzFuncSystemError('The app has set no programming model.');
  const hookData: Record<string, unknown> = {};
  const scope: LogScope = { hookData, invocationContext: undefined };
  const core = createContext(app, { registered, invocation, scope });
  const model = await app.model.getInvocationModel(core);
  const { context, inputs } = await model.getArguments();
  scope.invocationContext = context;
  const fixed = { hookData, appHookData: app.appHookData, invocationContext: context };

  const before = readOnlyContext(fixed, { inputs, functionCallback: registered.callback });
  await inState(core, 'preInvocationHooks', () => executeHooks(app, 'preInvocation', before));

  const after = readOnlyContext(fixed, {
    inputs: before.inputs,
    result: null as unknown,
    error: null as unknown,
  });
  const call = (callback: FunctionCallback) => model.invokeFunction(context, before.inputs, callback);
  await inState(core, 'invocation', async () => {
    try {
      after.result = await call(before.functionCallback);
    } catch (error) {
      after.error = error ?? new Error('The function threw nothing.');
    }
  });
  await inState(core, 'postInvocationHooks', () => executeHooks(app, 'postInvocation', after));
  if (after.error) throw after.error;
  return { response: await model.getResponse(context, after.result), result: after.result };
}

type LogScope = { readonly hookData: Record<string, unknown>; invocationContext: unknown };

function createContext(
  app: CoreApp,
  parts: {
    readonly registered: RegisteredFunction;
    readonly invocation: Invocation;
    readonly scope: LogScope;
  },
): CoreContext {
  const { id, request } = parts.invocation;
  const { metadata } = parts.registered;
  return {
    invocationId: id,
    request: { ...request, invocationId: id, functionId: metadata.functionId ?? metadata.name },
    metadata,
    log: (level, category, message) =>
      coreLog(app, {
        level,
        category,
        message,
        functionName: metadata.name,
        invocationId: id,
        ...parts.scope,
      }),
  };
}

async function inState(
  core: CoreContext,
  state: NonNullable<CoreContext['state']>,
  work: () => Promise<unknown>,
): Promise<void> {
  core.state = state;
  try {
    await work();
  } finally {
    delete core.state;
  }
}
