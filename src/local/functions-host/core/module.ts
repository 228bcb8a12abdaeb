import { registerHooks } from 'node:module';
import { type CoreApp, type HookCallback, registerFunction, registerHook } from './app.ts';
import { coreLog } from './core-log.ts';
import { Disposable } from './disposable.ts';
import type { FunctionCallback, FunctionMetadata, LogCategory, LogLevel, ProgrammingModel } from './types.ts';

export const coreModuleName = '@azure/functions-core';
const workerVersion = '3.13.0';
const hostVersion = '4.1041.0';
const slot = Symbol.for('policycortex.functions-core');

/** The object that the app gets for `require('@azure/functions-core')`. */
export function createCoreModule(app: CoreApp) {
  return {
    version: workerVersion,
    hostVersion,
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) =>
      registerFunction(app, metadata, callback),
    registerHook: (name: string, callback: HookCallback) => registerHook(app, name, callback),
    setProgrammingModel: (model: ProgrammingModel) => {
      app.model = model;
    },
    getProgrammingModel: () => app.model,
    log: (level: LogLevel, category: LogCategory, message: string) =>
      coreLog(app, { level, category, message }),
    Disposable,
  };
}

export type CoreModule = ReturnType<typeof createCoreModule>;

/**
 * Makes `module` what `@azure/functions-core` resolves to, for `require` and `import` alike, as the worker does by
 * intercepting `require`. Returns a function that takes it away again.
 */
export function provideCoreModule(module: CoreModule): () => void {
  Reflect.set(globalThis, slot, module);
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier !== coreModuleName) return next(specifier, context);
      const kind = context.conditions.includes('import') ? 'module' : 'commonjs';
      return { url: `functions-core:${kind}`, format: kind, shortCircuit: true };
    },
    load: (url, context, next) => {
      if (!url.startsWith('functions-core:')) return next(url, context);
      const kind = url === 'functions-core:module' ? 'module' : 'commonjs';
      return { format: kind, source: sourceOf(kind, Object.keys(module)), shortCircuit: true };
    },
  });
  return () => hooks.deregister();
}

function sourceOf(kind: 'module' | 'commonjs', names: readonly string[]): string {
  const value = `globalThis[Symbol.for('policycortex.functions-core')]`;
  if (kind === 'commonjs') return `module.exports = ${value};`;
  return `const core = ${value}; export default core; export const { ${names.join(', ')} } = core;`;
}
