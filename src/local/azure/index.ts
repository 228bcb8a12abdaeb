import { join } from 'node:path';
import { DeploymentRuns } from './arm/deploymentRuns.ts';
import { Operations } from './arm/operations.ts';
import { serve } from './arm/server.ts';
import { Alerts } from './defender/alerts.ts';
import { ContinuousExport, type ExportTarget } from './defender/export.ts';
import { Drift } from './drift/drift.ts';
import type { EventSchema } from './events/endpoint.ts';
import { EventGrid } from './events/eventGrid.ts';
import { resourceEvent } from './events/resourceEvent.ts';
import { FaultControl } from './faults/faultControl.ts';
import type { FaultSettings } from './faults/faults.ts';
import { ActivityLog } from './monitor/activityLog.ts';
import { Health } from './monitor/health.ts';
import { type AliasesByType, deriveAliases, readAliases } from './policy/aliases.ts';
import { Policies } from './policy/policies.ts';
import type { Change } from './state/change.ts';
import { openState } from './state/openState.ts';

export type { FaultSettings } from './faults/faults.ts';
export type { Change } from './state/change.ts';

export type AzureOptions = {
  /** 0 takes a free port. */
  readonly port: number;
  /** Without one, changes live as long as the process. */
  readonly dataDir: string | undefined;
  readonly estateSize: number;
  readonly seed: number;
  /** Changes a second. */
  readonly drift: number;
  readonly estateFile?: string | undefined;
  /** Policy definitions, one JSON a line, served as the built-in catalogue. */
  readonly policyCatalogueFile?: string | undefined;
  /** Aliases by name, served instead of those that the estate's documents show. */
  readonly aliasesFile?: string | undefined;
  readonly eventGridEndpoint?: string | undefined;
  readonly eventSchema?: EventSchema | undefined;
  /** Event Grid's retry delays are multiplied by this (1: 10 s, 30 s, 1 min …). */
  readonly retryScale?: number | undefined;
  readonly faults?: FaultSettings | undefined;
  /** Event hub that what changes in Defender for Cloud is sent to. */
  readonly securityExport?: ExportTarget | undefined;
  /** How long a 202 stays one. */
  readonly operationMilliseconds?: number | undefined;
};

export type AzureSimulator = {
  readonly url: string;
  readonly tenantId: string;
  readonly subscriptionIds: readonly string[];
  /** What the user should know of how it started, one line each. */
  readonly notes: readonly string[];
  readonly size: () => number;
  readonly change: (n: number) => readonly Change[];
  readonly setDrift: (rate: number) => void;
  readonly setFaults: (faults: FaultSettings) => void;
  readonly setEventGridEndpoint: (endpoint: string | undefined) => void;
  readonly close: () => Promise<void>;
};

/**
 * Starts the simulator on 127.0.0.1. Rejects with `CorruptData` for an unusable data directory or estate file and with
 * the listen error for a port in use; both have one-line messages.
 */
export async function startAzure(options: AzureOptions): Promise<AzureSimulator> {
  const state = await openState(options);
  const { estate, recorder, log, seed } = state;
  const faults = new FaultControl(seed, options.faults);
  const topic = `/subscriptions/${estate.subscriptions[0]?.id ?? ''}`;
  const { eventGridEndpoint: endpoint, eventSchema: schema = 'EventGridSchema', retryScale = 1 } = options;
  const events = new EventGrid({ endpoint, schema, topic, retryScale, faults });
  recorder.onChange((change) => events.publish(resourceEvent(change, estate.tenantId)));
  const alerts = new Alerts(estate, seed);
  recorder.onChange((change) => alerts.onChange(change));
  const exported =
    options.securityExport && new ContinuousExport({ estate, log, recorder }, options.securityExport);
  if (exported) {
    recorder.onChange((change) => exported.onChange(change));
    alerts.onAlert((alert) => exported.onAlert(alert));
  }
  const activity = new ActivityLog({ log, seed, tenantId: estate.tenantId });
  recorder.onChange((change) => activity.onChange(change));
  const drift = new Drift({ estate, recorder, seed });
  const operations = new Operations(options.operationMilliseconds ?? 500);
  const { dataDir, policyCatalogueFile: catalogueFile, aliasesFile } = options;
  const file = dataDir === undefined ? undefined : join(dataDir, 'policies.json');
  const policies = new Policies({ estate, file, catalogueFile });
  let made: AliasesByType | undefined;
  function aliases(): AliasesByType {
    made ??= aliasesFile === undefined ? deriveAliases(estate) : readAliases(aliasesFile);
    return made;
  }
  const deployments = new DeploymentRuns(options.operationMilliseconds ?? 500);
  const { server, url } = await serve(
    {
      seed,
      estate,
      log,
      recorder,
      faults,
      events,
      drift,
      operations,
      deployments,
      alerts,
      activity,
      health: new Health(seed),
      policies,
      aliases,
    },
    options.port,
  );
  drift.setRate(options.drift);

  let closing: Promise<void> | undefined;

  async function stop(): Promise<void> {
    drift.setRate(0);
    events.close();
    operations.close();
    deployments.close();
    server.closeAllConnections();
    await exported?.close();
    await new Promise((resolve) => server.close(resolve));
    state.close();
  }

  return {
    url,
    tenantId: estate.tenantId,
    subscriptionIds: estate.subscriptions.map(({ id }) => id),
    notes: state.notes,
    size: () => estate.count(),
    change: (n) => drift.change(n),
    setDrift: (rate) => drift.setRate(rate),
    setFaults: (settings) => faults.set(settings),
    setEventGridEndpoint: (value) => events.setEndpoint(value),
    close: () => {
      closing ??= stop();
      return closing;
    },
  };
}
