import { describe, expect, it } from 'vitest';
import type { SyncRun } from '#features/connectors/index.ts';
import { AzureError, type AzureErrorKind } from '#platform/azureClient.ts';
import type { MetricsBatch } from '#platform/resourceMetrics.ts';
import { metricsConnector } from './connector.ts';
import type { HourOfResource } from './store.ts';

const SUBSCRIPTION = '00000000-0000-4000-8000-000000000001';
const TYPES = ['Microsoft.KeyVault/vaults', 'Microsoft.Web/sites'];
const REGIONS = ['West Europe', 'eastus'];

function idOf(type: string, name: string): string {
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/${type}/${name}`;
}

/** An estate of 60 vaults and 60 sites in each of two regions, and what was asked and kept of it. */
function newEstate() {
  const asked: MetricsBatch[] = [];
  const kept: HourOfResource[] = [];
  const cursors: Record<string, string> = {};
  const entries = new Map(
    TYPES.flatMap((type) =>
      REGIONS.flatMap((location) =>
        Array.from({ length: 60 }, (_, index) => {
          const id = idOf(type, `${location.toLowerCase().replace(' ', '')}-${index}`);
          return [id, { id, location, source: 'azure' }] as const;
        }),
      ),
    ),
  );
  let now = '2026-01-10T10:20:00.000Z';
  let failing: (batch: MetricsBatch) => AzureErrorKind | undefined = () => undefined;

  const connector = metricsConnector({
    types: TYPES,
    inventoryStoreOf: () => ({ entries: async () => ({ entries }) }),
    storeOf: () => ({ add: async (_, hours) => void kept.push(...hours) }),
    resourceMetrics: {
      query: async (batch) => {
        asked.push(batch);
        const kind = failing(batch);
        if (kind) throw new AzureError(kind, kind, { cause: undefined });
        const data = [{ timeStamp: batch.from.toISOString(), average: 1, maximum: 1, total: 1, count: 1 }];
        const value = batch.metricNames.map((name) => ({ name: { value: name }, timeseries: [{ data }] }));
        return { values: batch.resourceIds.map((resourceid) => ({ resourceid, value })) };
      },
    },
  });

  /** Runs once; returns the parts that failed. */
  async function run(options: { at?: string; failing?: typeof failing } = {}): Promise<string[]> {
    now = options.at ?? now;
    failing = options.failing ?? (() => undefined);
    asked.length = 0;
    kept.length = 0;
    const gaps: string[] = [];
    const sync: SyncRun = {
      tenantId: 't',
      subscriptionId: SUBSCRIPTION,
      clock: { now: () => new Date(now) },
      cursors,
      counts: {},
      malformed: (scope) => void gaps.push(scope),
      async part(scope, work) {
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof AzureError)) throw error;
          gaps.push(`${scope} ${error.kind}`);
          return undefined;
        }
      },
    };
    await connector.sync(sync);
    return gaps;
  }

  return { asked, kept, cursors, run };
}

const startsOf = (batches: readonly MetricsBatch[]) => [
  ...new Set(batches.map(({ from }) => from.toISOString())),
];

describe('a read of metrics', () => {
  it('asks for at most 50 resources of one type and region, whole hours, first a week, then what is new', async () => {
    const { asked, kept, run, cursors } = newEstate();
    await run();

    expect(asked.map(({ resourceIds }) => resourceIds.length).sort()).toEqual([
      10, 10, 10, 10, 50, 50, 50, 50,
    ]);
    expect(new Set(asked.map(({ namespace, region }) => `${namespace} ${region}`)).size).toBe(4);
    expect(startsOf(asked)).toEqual(['2026-01-03T10:00:00.000Z']);
    expect(asked.every(({ to }) => to.toISOString() === '2026-01-10T10:00:00.000Z')).toBe(true);
    expect(kept).toHaveLength(240);
    await run({ at: '2026-01-10T11:20:00.000Z' });
    expect(startsOf(asked)).toEqual(['2026-01-10T08:00:00.000Z']);
    expect(cursors).toEqual({ until: '2026-01-10T11:00:00.000Z' });
  });

  it('reads the other regions where one is silent, waits there for one type only, and makes up for it', async () => {
    const { asked, kept, run } = newEstate();
    await run();
    const gaps = await run({
      at: '2026-01-10T14:20:00.000Z',
      failing: ({ region }) => (region === 'eastus' ? 'unavailable' : undefined),
    });

    expect(gaps).toEqual(['Microsoft.KeyVault/vaults unavailable']);
    expect(
      asked.filter(({ region }) => region === 'eastus').every(({ namespace }) => namespace === TYPES[0]),
    ).toBe(true);
    expect(kept).toHaveLength(120);
    expect(await run({ at: '2026-01-10T15:20:00.000Z' })).toEqual([]);
    expect(startsOf(asked.filter(({ region }) => region === 'eastus'))).toEqual(['2026-01-10T08:00:00.000Z']);
    expect(startsOf(asked.filter(({ region }) => region !== 'eastus'))).toEqual(['2026-01-10T12:00:00.000Z']);
    expect(await run({ at: '2026-01-10T16:20:00.000Z' })).toEqual([]);
    expect(startsOf(asked)).toEqual(['2026-01-10T13:00:00.000Z']);
  });

  it('stops where it is refused, and begins there again', async () => {
    const { asked, run } = newEstate();
    await run();
    const gaps = await run({ at: '2026-01-10T14:20:00.000Z', failing: () => 'refused' });

    expect(gaps).toEqual(['Microsoft.KeyVault/vaults refused']);
    await run({ at: '2026-01-10T15:20:00.000Z' });
    expect(startsOf(asked)).toEqual(['2026-01-10T08:00:00.000Z']);
  });

  it('finds the resource that Azure does not know by halving, and keeps the others', async () => {
    const { asked, kept, run } = newEstate();
    const gone = idOf('Microsoft.Web/sites', 'eastus-7');
    const gaps = await run({
      failing: ({ resourceIds }) => (resourceIds.includes(gone) ? 'notFound' : undefined),
    });

    expect([gaps, kept.length]).toEqual([[], 239]);
    expect(kept.some(({ resourceId }) => resourceId === gone)).toBe(false);
    expect(asked.length).toBeLessThan(8 + 14);
  });
});
