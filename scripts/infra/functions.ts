import { registerHooks } from 'node:module';
import { describeSettings } from '../../src/settings.ts';

/** What a function is registered with, as the Functions worker sees it. */
export type RegisteredFunction = {
  readonly name: string;
  readonly bindings: Readonly<Record<string, { readonly type: string; readonly [key: string]: unknown }>>;
};

const CORE = 'data:text/javascript,';

/**
 * Every function of the app, told by the app itself: src/main.ts is loaded with a stand-in for the worker's
 * `@azure/functions-core` that only takes notes. Opens no connection. Once a process.
 */
export async function registeredFunctions(): Promise<RegisteredFunction[]> {
  const found: RegisteredFunction[] = [];
  Object.assign(globalThis, { policycortexRegister: (metadata: RegisteredFunction) => found.push(metadata) });
  const source = `
    const nothing = { dispose() {} };
    module.exports = {
      version: '0', hostVersion: '4', Disposable: class { dispose() {} },
      registerFunction: (metadata) => (globalThis.policycortexRegister(metadata), nothing),
      registerHook: () => nothing, setProgrammingModel() {}, getProgrammingModel() {}, log() {},
    };`;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === '@azure/functions-core'
        ? { url: CORE, format: 'commonjs', shortCircuit: true }
        : next(specifier, context),
    load: (url, context, next) =>
      url === CORE ? { source, format: 'commonjs', shortCircuit: true } : next(url, context),
  });
  for (const { name, sample } of describeSettings()) if (sample !== undefined) process.env[name] = sample;
  await import('../../src/main.ts');
  return found;
}
