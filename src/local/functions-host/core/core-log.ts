import { errorMessage } from '../log.ts';
import type { CoreApp } from './app.ts';
import { readOnlyContext } from './hook-context.ts';
import type { LogCategory, LogLevel } from './types.ts';

export type CoreLogEntry = {
  readonly level: LogLevel;
  readonly category: LogCategory;
  readonly message: string;
  readonly functionName?: string;
  readonly invocationId?: string;
  readonly invocationContext?: unknown;
  readonly hookData?: Record<string, unknown>;
};

let isInsideHook = false;

/** Passes an entry through the app's log hooks, which may change user logs only, and on to the host's log. */
export function coreLog(app: CoreApp, entry: CoreLogEntry): void {
  const { level, message } = afterHooks(app, entry);
  app.logger({
    level,
    message,
    category: categoryOf(entry),
    ...(entry.functionName === undefined ? {} : { functionName: entry.functionName }),
    ...(entry.invocationId === undefined ? {} : { invocationId: entry.invocationId }),
  });
}

function afterHooks(app: CoreApp, entry: CoreLogEntry): { level: LogLevel; message: string } {
  const unchanged = { level: entry.level, message: entry.message };
  // A hook that logs would call itself.
  if (app.hooks.log.length === 0 || isInsideHook) return unchanged;
  const context = readOnlyContext(
    {
      hookData: entry.hookData ?? app.appLevelHookData,
      appHookData: app.appHookData,
      category: entry.category,
      invocationContext: entry.invocationContext,
    },
    unchanged,
  );
  isInsideHook = true;
  try {
    for (const callback of app.hooks.log) callback(context);
  } catch (error) {
    app.logger({
      level: 'error',
      category: 'Host.Hooks',
      message: `A log hook threw: ${errorMessage(error)}`,
    });
  } finally {
    isInsideHook = false;
  }
  return entry.category === 'user' ? { level: context.level, message: context.message } : unchanged;
}

function categoryOf({ category, functionName }: CoreLogEntry): string {
  if (functionName === undefined) return category === 'user' ? 'Worker.User' : 'Worker';
  return category === 'user' ? `Function.${functionName}.User` : `Function.${functionName}`;
}
