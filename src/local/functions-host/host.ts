import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AppSettings } from './app-settings.ts';
import { type CoreApp, createCoreApp } from './core/app.ts';
import { executeAppHooks } from './core/hooks.ts';
import { createCoreModule, provideCoreModule } from './core/module.ts';
import { readHostJson } from './host-json.ts';
import { loadApp } from './load-app.ts';
import { createLogger } from './log.ts';
import { type RunningHost, startListeners } from './start-listeners.ts';

export type FunctionsHostOptions = {
  /** 0 = any free port. */
  readonly port: number;
  /** The folder with host.json. */
  readonly scriptRoot: string;
  /** The file to load, or a glob of files as package.json's `main` may have it. */
  readonly entry: string;
  /** Keeps keys and schedule status. */
  readonly dataDir: string;
  readonly logLevel?: 'debug' | 'information' | 'warning' | 'error';
  /** Let Event Grid deliver without the system key. */
  readonly openWebhooks?: boolean;
  /** How long running invocations may take to end on close, in milliseconds (default 10,000). */
  readonly drainMs?: number;
};

export type FunctionsHost = {
  readonly url: string;
  readonly port: number;
  /** Names, in alphabetical order. */
  readonly functions: readonly string[];
  /** The system key `eventgrid_extension`. */
  readonly eventGridKey: string;
  /** Takes nothing new, waits for what runs, then lets go. */
  close(): Promise<void>;
};

/**
 * Loads an app written with `@azure/functions` v4 and runs its functions as the Azure Functions host does, on
 * 127.0.0.1. One app per process: the library keeps module state. Settings come from the environment.
 * @throws HostStartError with one line per problem; whatever the app throws while it loads.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const logger = createLogger(options.logLevel ?? 'information');
  const settings: AppSettings = process.env;
  const scriptRoot = resolve(options.scriptRoot);
  const hostJson = await readHostJson(scriptRoot, settings);
  const app = createCoreApp(logger);
  const withdraw = provideCoreModule(createCoreModule(app));
  let running: RunningHost | undefined;
  try {
    await loadApp(options.entry);
    const streamUri = await startApp(app, scriptRoot);
    running = await startListeners({ app, options, settings, hostJson, logger, streamUri });
  } catch (error) {
    withdraw();
    throw error;
  }
  const { port, functions, eventGridKey } = running;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    functions,
    eventGridKey,
    close: async () => {
      const drainMs = options.drainMs ?? 10_000;
      await Promise.race([running.stop(drainMs), delay(drainMs + 5_000, undefined, { ref: false })]);
      await Promise.race([executeAppHooks(app, 'appTerminate', scriptRoot), delay(5_000)]).catch(
        (error: unknown) =>
          logger({ level: 'error', category: 'Host', message: 'An appTerminate hook threw', error }),
      );
      withdraw();
    },
  };
}

// The worker's capabilities, as the library may extend them.
// https://github.com/Azure/azure-functions-nodejs-worker/blob/v3.x/src/eventHandlers/getWorkerCapabilities.ts
const workerCapabilities = {
  RawHttpBodyBytes: 'true',
  RpcHttpTriggerMetadataRemoved: 'true',
  RpcHttpBodyOnly: 'true',
  IgnoreEmptyValuedRpcHttpHeaders: 'true',
  UseNullableValueDictionaryForHttp: 'true',
  WorkerStatus: 'true',
  TypedDataCollection: 'true',
  HandlesWorkerTerminateMessage: 'true',
};

async function startApp(app: CoreApp, scriptRoot: string): Promise<string | undefined> {
  await executeAppHooks(app, 'appStart', scriptRoot);
  app.hasStarted = true;
  const capabilities = await app.model?.getCapabilities?.({ ...workerCapabilities });
  return capabilities?.HttpUri;
}
