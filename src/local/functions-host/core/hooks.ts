import type { CoreApp, HookName } from './app.ts';
import { readOnlyContext } from './hook-context.ts';

/** Runs the callbacks of a hook one after the other; the first that throws stops them. */
export async function executeHooks(app: CoreApp, name: HookName, context: object): Promise<void> {
  for (const callback of app.hooks[name]) await callback(context);
}

/** Runs `appStart` or `appTerminate`. */
export async function executeAppHooks(
  app: CoreApp,
  name: 'appStart' | 'appTerminate',
  functionAppDirectory: string,
): Promise<void> {
  const fixed = { hookData: app.appLevelHookData, appHookData: app.appHookData };
  await executeHooks(app, name, readOnlyContext(fixed, { functionAppDirectory }));
}
