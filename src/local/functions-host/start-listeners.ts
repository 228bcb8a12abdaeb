import { createManualStart } from './admin/manual-start.ts';
import type { AppSettings } from './app-settings.ts';
import type { CoreApp } from './core/app.ts';
import { HostStartError } from './errors.ts';
import { createEventHubs } from './event-hubs/event-hubs.ts';
import { createFrontDoor } from './front-door.ts';
import { type HostFunction, isTriggeredBy, readFunctions } from './functions.ts';
import type { FunctionsHostOptions } from './host.ts';
import type { HostJson } from './host-json.ts';
import { collectRoutes } from './http/collect-routes.ts';
import { createPickWarning } from './http/pick-warning.ts';
import { listen } from './http/server.ts';
import { createInvoker } from './invoker.ts';
import { openKeys } from './keys.ts';
import type { Logger } from './log.ts';
import { createOutputs } from './outputs/outputs.ts';
import { createServiceBus } from './service-bus/service-bus.ts';
import { createTimers } from './timers/timers.ts';

export type RunningHost = {
  readonly port: number;
  readonly functions: readonly string[];
  readonly eventGridKey: string;
  stop(drainMs: number): Promise<void>;
};

export type StartContext = {
  readonly app: CoreApp;
  readonly options: FunctionsHostOptions;
  readonly settings: AppSettings;
  readonly hostJson: HostJson;
  readonly logger: Logger;
  readonly streamUri: string | undefined;
};

/** Checks every function and binding, then listens. @throws HostStartError with all problems at once. */
export async function startListeners(context: StartContext): Promise<RunningHost> {
  const { app, options, settings, hostJson, logger, streamUri } = context;
  const problems: string[] = [];
  const outputs = createOutputs(settings);
  const { functions, problems: found } = readFunctions(app, settings, outputs.types);
  problems.push(...found);
  const active = functions.filter((one) => !one.isDisabled);
  problems.push(...outputs.check(active));
  const routes = collectRoutes(active, hostJson.routePrefix, problems);
  const invoker = createInvoker({
    app,
    logger,
    timeoutMs: hostJson.functionTimeoutMs,
    writeOutputs: outputs.write,
  });
  const timers = createTimers(
    { functions: active, settings, dataDir: options.dataDir, invoker, logger },
    problems,
  );
  const serviceBus = createServiceBus({ functions: active, settings, hostJson, invoker, logger }, problems);
  const eventHubs = createEventHubs(
    { functions: active, settings, hostJson, dataDir: options.dataDir, invoker, logger },
    problems,
  );
  if (problems.length > 0) throw new HostStartError(problems);

  const keys = await openKeys(
    options.dataDir,
    functions.map((one) => one.name),
  );
  const limits = { maxBytes: bodyLimit(settings), idleMs: 60_000 };
  const http = { invoker, keys, logger, limits, streamUri, warnOfAzurePick: createPickWarning(logger) };
  const events = active.filter((one) => isTriggeredBy(one, 'eventgridtrigger'));
  const webhook = { functions: events, invoker, keys, logger, limits, isOpen: options.openWebhooks ?? false };
  const start = createManualStart({ invoker, timers });
  const admin = { functions, routePrefix: hostJson.routePrefix, limits, start };

  const answer = createFrontDoor({ admin, webhook, http, routes });
  warnOfIgnoredRetries(active, logger);
  const listener = await listen(options.port, answer, logger);
  await timers.start();
  serviceBus.start();
  eventHubs.start();
  return {
    port: listener.port,
    functions: functions.map((one) => one.name),
    eventGridKey: keys.eventGridKey,
    stop: async (drainMs) => {
      const end = Date.now() + drainMs;
      timers.stop();
      listener.stop();
      await Promise.all([serviceBus.stop(), eventHubs.stop()]);
      const left = await invoker.drain(end - Date.now());
      if (left > 0)
        logger({ level: 'warning', category: 'Host', message: `Abandons ${left} running invocations` });
      await listener.finish(end - Date.now());
      await Promise.all([serviceBus.close(), eventHubs.close()]);
      await outputs.close();
    },
  };
}

// https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#limits
function bodyLimit(settings: AppSettings): number {
  return Number(settings.FUNCTIONS_REQUEST_BODY_SIZE_LIMIT || 210 * 1024 * 1024);
}

// https://learn.microsoft.com/azure/azure-functions/functions-bindings-error-pages#retry-policies
function warnOfIgnoredRetries(functions: readonly HostFunction[], logger: Logger): void {
  for (const one of functions) {
    if (!one.retry || isTriggeredBy(one, 'timertrigger') || isTriggeredBy(one, 'eventhubtrigger')) continue;
    const message = `The retry policy of '${one.name}' has no effect: its trigger type has none`;
    logger({ level: 'warning', category: 'Host', functionName: one.name, message });
  }
}
