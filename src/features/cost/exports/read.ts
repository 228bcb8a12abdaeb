import type { SyncRun } from '#features/connectors/index.ts';
import { AzureError } from '#platform/azureClient.ts';
import type { CostExports } from '#platform/costExports.ts';
import type { Month } from '../days.ts';
import type { Metric } from '../lines.ts';
import { MonthCosts } from '../monthCosts.ts';
import { type ExportRun, runsIn } from './choose.ts';
import { toExportLine } from './lines.ts';

const SCOPE = 'costs';

/** What the container holds at the moment. @throws AzureError */
export async function exportRuns(run: SyncRun, exports: CostExports, metric: Metric): Promise<ExportRun[]> {
  const manifests: unknown[] = [];
  try {
    for await (const manifest of exports.manifests()) manifests.push(manifest);
  } catch (cause) {
    if (cause instanceof SyntaxError)
      throw new AzureError('badRequest', `a manifest of an export is no JSON: ${cause.message}`, { cause });
    throw cause;
  }
  const { runs, malformed } = runsIn(manifests, metric);
  if (malformed > 0) run.malformed(SCOPE, `${malformed} manifests of exports are not as documented`);
  if (runs.length === 0)
    throw new AzureError('notFound', `no export of ${metric} has written a manifest yet`, {
      cause: undefined,
    });
  return runs;
}

/** Costs of a subscription's month from the files of a run. @throws AzureError */
export async function readExport(
  run: SyncRun,
  given: {
    readonly exports: CostExports;
    readonly metric: Metric;
    readonly of: ExportRun;
    readonly month: Month;
  },
): Promise<MonthCosts> {
  const { exports, metric, of, month } = given;
  const costs = new MonthCosts(month);
  let malformed = 0;
  for (const blob of of.blobs) {
    for await (const row of exports.rows(blob)) {
      const line = toExportLine(row, { subscriptionId: run.subscriptionId, metric });
      if (line === undefined) malformed += 1;
      else if (line !== 'other') costs.add(line);
    }
  }
  if (malformed > 0)
    run.malformed(SCOPE, `${malformed} rows left out, since cost, date or currency is not as documented`);
  return costs;
}
