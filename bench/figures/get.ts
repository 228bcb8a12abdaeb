import { TableClient } from '@azure/data-tables';
import { parseResourceId, resourceKey, segmentOf } from '#features/inventory/index.ts';
import { createServices } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { type App, call, startApp, syncEstate } from '../support/app.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { median, round, summarize, timed } from '../support/stats.ts';

/** One resource by its id, beside the bare read of the same row. */
export const get: Figure = {
  name: 'get',
  summary: 'GET /resources/{id} against a raw getEntity of the same row',
  run: async function* (context) {
    yield await withParts((parts) => measure(parts, context));
  },
};

type Listed = { readonly data: readonly { id: string; short_id: string }[] };

/**
 * In turns, so that what disturbs one disturbs all: the bare client, the API in this process (`inProcess`), the API
 * through the host (`byHost`), and a route that reads nothing (`hostAlone`), which says what the host itself costs.
 */
async function measure(parts: Parts, context: BenchContext): Promise<Measurement> {
  const app = await startApp(parts, context.isQuick ? 1_000 : 10_000);
  await syncEstate(app, context);
  const { data } = await call<Listed>(app, '/api/v1/resources?limit=1000');
  const samples = { raw: [], inProcess: [], byHost: [], byHostFullId: [], hostAlone: [] } as Record<
    'raw' | 'inProcess' | 'byHost' | 'byHostFullId' | 'hostAlone',
    number[]
  >;
  const raw = rawReader(app);
  const inProcess = inProcessReader(app);
  const rounds = context.isQuick ? 300 : 3000;
  const warmUp = 200;
  for (let index = 0; index < warmUp + rounds; index += 1) {
    const { id, short_id } = data[(index * 7) % data.length] ?? { id: '', short_id: '' };
    const times = {
      raw: await timed(() => raw(id)),
      inProcess: await timed(() => inProcess(short_id)),
      byHost: await timed(() => call(app, `/api/v1/resources/${short_id}`)),
      byHostFullId: await timed(() => call(app, `/api/v1/resources${id}`)),
      hostAlone: await timed(() => call(app, '/health/live')),
    };
    if (index < warmUp) continue;
    for (const name of Object.keys(times) as (keyof typeof times)[]) samples[name].push(times[name]);
  }
  const ratio = median(samples.byHost) / median(samples.raw);
  return {
    figure: 'GET /resources/{id}',
    value: round(median(samples.byHost)),
    unit: 'ms p50',
    ratio: round(ratio),
    target: '≤ 1.5 × a raw getEntity',
    met: ratio <= 1.5,
    details: {
      inProcessRatio: round(median(samples.inProcess) / median(samples.raw)),
      ...Object.fromEntries(Object.entries(samples).map(([name, values]) => [name, summarize(values)])),
    },
  };
}

function rawReader({ environment }: App): (id: string) => Promise<unknown> {
  const { STORAGE_CONNECTION_STRING: connectionString = '', TENANT_ID: tenantId } = environment;
  const table = TableClient.fromConnectionString(connectionString, 'inventory', {
    allowInsecureConnection: true,
  });
  return (id) => table.getEntity(`${tenantId}|${segmentOf(id)}`, `r|${resourceKey(parseResourceId(id).id)}`);
}

function inProcessReader({ environment, apiKey }: App): (shortId: string) => Promise<unknown> {
  const { api } = createServices(readSettings(environment));
  return async (shortId) => {
    const headers = { authorization: `Bearer ${apiKey}` };
    const request = new Request(`http://bench/api/v1/resources/${shortId}`, { headers });
    const response = await api.handle(request, () => undefined);
    if (!response.ok) throw new Error(`${shortId}: ${response.status}`);
    return response.json();
  };
}
