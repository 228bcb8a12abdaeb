import { Api } from '#http/api.ts';
import { type Principal, UNSCOPED } from '#http/principal.ts';
import { createServices } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import type { BenchContext, Figure, Measurement } from '../figure.ts';
import { type App, call, startApp, syncEstate } from '../support/app.ts';
import { type Parts, withParts } from '../support/parts.ts';
import { median, round, summarize, timed } from '../support/stats.ts';

/** What it costs to know who calls, and whether they may. */
export const auth: Figure = {
  name: 'auth',
  summary:
    'authentication, authorization, rate limit and audit on GET /resources/{id}, against the same without',
  run: async function* (context) {
    yield await withParts((parts) => measure(parts, context));
  },
};

type Listed = { readonly data: readonly { short_id: string }[] };
type Side = { readonly get: (shortId: string) => Promise<unknown>; readonly times: number[]; cpuMs: number };

const BLOCK = 10;

/** The same routes in this process, in turns of a block: with everything in front of them, and with nothing. */
async function measure(parts: Parts, context: BenchContext): Promise<Measurement> {
  const app = await startApp(parts, context.isQuick ? 1_000 : 10_000);
  await syncEstate(app, context);
  const { data } = await call<Listed>(app, '/api/v1/resources?limit=1000');
  const ids = data.map(({ short_id }) => short_id);
  const sides = { guarded: guardedSide(app), open: openSide(app) };
  const blocks = context.isQuick ? 150 : 1000;
  for (let n = 0; n < 30; n += 1) for (const side of Object.values(sides)) await runBlock(side, ids);
  for (const side of Object.values(sides)) Object.assign(side, { times: [], cpuMs: 0 });
  for (let block = 0; block < blocks; block += 1) {
    const turn = block % 2 ? [sides.open, sides.guarded] : [sides.guarded, sides.open];
    for (const side of turn) await runBlock(side, ids);
  }
  const calls = blocks * BLOCK;
  const cpuMs = (sides.guarded.cpuMs - sides.open.cpuMs) / calls;
  const ratio = median(sides.guarded.times) / median(sides.open.times);
  return {
    figure: 'auth',
    value: round(cpuMs, 3),
    unit: 'ms CPU a request',
    ratio: round(ratio, 3),
    target: '≤ 0.5 ms CPU and ≤ 1.15 × the latency without',
    met: cpuMs <= 0.5 && ratio <= 1.15,
    details: { calls, guarded: summarize(sides.guarded.times), open: summarize(sides.open.times) },
  };
}

async function runBlock(side: Side, ids: readonly string[]): Promise<void> {
  const before = process.cpuUsage();
  for (let n = 0; n < BLOCK; n += 1)
    side.times.push(await timed(() => side.get(ids[(n * 7) % ids.length] ?? '')));
  const { user, system } = process.cpuUsage(before);
  side.cpuMs += (user + system) / 1000;
}

function guardedSide({ environment, apiKey }: App): Side {
  const { api } = createServices(readSettings(environment));
  return sideOf(api, { authorization: `Bearer ${apiKey}` });
}

function openSide({ environment }: App): Side {
  const { api, settings } = createServices(readSettings(environment));
  const { TENANT_ID: tenantId } = settings;
  const nobody: Principal = { tenantId, id: 'b', kind: 'key', name: 'b', roles: ['owner'], scopes: UNSCOPED };
  const bare = new Api({ routes: api.routes, authenticate: async () => nobody, maxBodyBytes: 1 });
  return sideOf(bare, {});
}

function sideOf(api: Api, headers: Readonly<Record<string, string>>): Side {
  return {
    times: [],
    cpuMs: 0,
    get: async (shortId) => {
      const request = new Request(`http://bench/api/v1/resources/${shortId}`, { headers });
      const response = await api.handle(request, () => undefined);
      if (!response.ok) throw new Error(`${shortId}: ${response.status}`);
      return response.json();
    },
  };
}
