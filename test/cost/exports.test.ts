import { gzipSync } from 'node:zlib';
import { ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWorld, type World } from '../security/world.ts';

type List = { totals: { currency: string; cost: number }[]; gaps: { kind: string; reason: string }[] };

const today = new Date().toISOString().slice(0, 10);
const month = today.slice(0, 7);
let world: World;
let container: ContainerClient;
beforeAll(async () => {
  world = await startWorld({ environment: { COST_HISTORY_MONTHS: '1', COST_EXPORT_CONTAINER: 'exports' } });
  const { environment } = world.emulators as { environment: Record<string, string> };
  container = new ContainerClient(environment.STORAGE_CONNECTION_STRING ?? '', 'exports');
}, 60_000);
afterAll(() => world.stop());

async function list(): Promise<List> {
  const { json } = await world.call(`GET /api/v1/costs?from=${month}-01`);
  return json as unknown as List;
}

/** Writes what an export writes: rows in two files, one of them packed, and then the manifest. */
async function exportRun(runId: string, amounts: readonly number[], submitted: string): Promise<void> {
  const subscriptions = world.simulator.subscriptionIds;
  const rows = amounts.map((amount, index) => {
    const subscription = subscriptions[index % subscriptions.length];
    return `${subscription},"/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.Compute/disks/d,${index}",${month.slice(5)}/01/${month.slice(0, 4)},${amount},EUR`;
  });
  const header = '\uFEFFSubscriptionId,ResourceId,Date,CostInBillingCurrency,BillingCurrency';
  const half = Math.ceil(rows.length / 2);
  const files = [
    {
      name: `costs/daily/${runId}/part_0.csv`,
      body: Buffer.from([header, ...rows.slice(0, half)].join('\r\n')),
    },
    { name: `costs/daily/${runId}/part_1.csv.gz`, body: gzipSync([header, ...rows.slice(half)].join('\n')) },
  ];
  for (const { name, body } of files) await container.getBlockBlobClient(name).uploadData(body);
  const manifest = {
    exportConfig: { exportName: 'daily', type: 'ActualCost' },
    runInfo: {
      runId,
      submittedTime: submitted,
      startDate: `${month}-01T00:00:00`,
      endDate: `${today}T00:00:00`,
    },
    blobs: files.map(({ name }) => ({ blobName: name })),
  };
  const body = Buffer.from(JSON.stringify(manifest));
  await container.getBlockBlobClient(`costs/daily/${runId}/manifest.json`).uploadData(body);
}

it('costs come from exports where these are set; a later run of the same days counts instead, and is read once', async () => {
  await world.read('cost');
  const before = await list();
  await container.create();
  await exportRun('run-1', [1, 2, 3, 4, 5, 6], `${today}T01:00:00Z`);
  await world.read('cost');
  const first = await list();
  await exportRun('run-2', [10, 20, 30, 40, 50, 60], `${today}T02:00:00Z`);
  await world.read('cost');
  const second = await list();
  await world.read('cost');
  const { json } = await world.call('GET /api/v1/connectors');

  expect(before.totals).toEqual([]);
  expect(before.gaps[0]?.reason).toBeDefined();
  expect(first).toMatchObject({ totals: [{ currency: 'EUR', cost: 21 }], gaps: [] });
  expect(second.totals).toEqual([{ currency: 'EUR', cost: 210 }]);
  const sources = json.data as { name: string; subscriptions: { counts: Record<string, number> }[] }[];
  const cost = sources.find(({ name }) => name === 'cost');
  expect(cost?.subscriptions.map(({ counts }) => counts.resource_months ?? 0)).toEqual([0, 0, 0]);
});
