import type { Logger } from '../log.ts';
import { Disposable } from './disposable.ts';
import { AzFuncRangeError, AzFuncSystemError } from './errors.ts';
import type { FunctionCallback, FunctionMetadata, ProgrammingModel } from './types.ts';

export const hookNames = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;
export type HookName = (typeof hookNames)[number];
export type HookCallback = (context: object) => unknown;

export type RegisteredFunction = { readonly metadata: FunctionMetadata; readonly callback: FunctionCallback };

/** What one app has told the core module: its functions, hooks and programming model. */
export type CoreApp = {
  readonly functions: Map<string, RegisteredFunction>;
  readonly hooks: Readonly<Record<HookName, HookCallback[]>>;
  /** Shared by all hooks of the app. */
  readonly appHookData: Record<string, unknown>;
  /** Shared by the app-level hooks only. */
  readonly appLevelHookData: Record<string, unknown>;
  readonly logger: Logger;
  model: ProgrammingModel | undefined;
  hasStarted: boolean;
};

export function createCoreApp(logger: Logger): CoreApp {
  return {
    functions: new Map(),
    hooks: { appStart: [], appTerminate: [], preInvocation: [], postInvocation: [], log: [] },
    appHookData: {},
    appLevelHookData: {},
    logger,
    model: undefined,
    hasStarted: false,
  };
}

/**
 * Adds a function; the last registration of a name wins, as in the worker.
 * @throws AzFuncSystemError after the app has started.
 */
export function registerFunction(
  app: CoreApp,
  metadata: FunctionMetadata,
  callback: FunctionCallback,
): Disposable {
  if (app.hasStarted) {
    throw new AzFuncSystemError('A function can only be registered during app startup.');
  }
  const id = metadata.functionId ?? metadata.name;
  app.functions.set(id, { metadata, callback });
  return new Disposable(() => {
    if (app.hasStarted) throw new AzFuncSystemError('A function can only be disposed during app startup.');
    app.functions.delete(id);
  });
}

/** @throws AzFuncRangeError for a hook the worker does not know. */
export function registerHook(app: CoreApp, name: string, callback: HookCallback): Disposable {
  const known = hookNames.find((candidate) => candidate === name);
  if (!known) throw new AzFuncRangeError(`Unrecognized hook "${name}"`);
  const callbacks = app.hooks[known];
  callbacks.push(callback);
  return new Disposable(() => {
    const index = callbacks.indexOf(callback);
    if (index >= 0) callbacks.splice(index, 1);
  });
}
