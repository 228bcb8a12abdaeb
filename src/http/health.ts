import * as z from 'zod';
import { messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import { definePublicRoute, type Route } from './route.ts';

/** A dependency: without a critical one the instance cannot serve. `check` rejects where it does not answer. */
export type Dependency = {
  readonly name: string;
  readonly critical: boolean;
  readonly check: () => Promise<void>;
};

const Check = z.object({
  status: z.enum(['ok', 'failing']),
  milliseconds: z.number(),
  reason: z.string().optional(),
});
const Health = z
  .object({ status: z.enum(['ok', 'degraded', 'unavailable']), checks: z.record(z.string(), Check) })
  .meta({ id: 'Health' });
type Health = z.infer<typeof Health>;

const TIMEOUT_MS = 3_000;
/** Anybody may ask, so the dependencies are asked at most this often. */
const CACHE_MS = 2_000;

/** `/health` (readiness, every dependency) and `/health/live` (the process answers). */
export function healthRoutes(dependencies: readonly Dependency[]): Route[] {
  let cached: { readonly health: Promise<Health>; readonly at: number } | undefined;
  return [
    definePublicRoute({
      name: 'getHealth',
      method: 'GET',
      path: '/health',
      summary: 'Readiness, with each dependency',
      responses: {
        200: {
          description: 'Ready; `degraded` where a dependency that is not critical fails.',
          schema: Health,
        },
        503: { description: 'A critical dependency fails.', schema: Health },
      },
      handle: async () => {
        if (!cached || performance.now() - cached.at > CACHE_MS)
          cached = { health: checkAll(dependencies), at: performance.now() };
        const body = await cached.health;
        return { status: body.status === 'unavailable' ? 503 : 200, body };
      },
    }),
    definePublicRoute({
      name: 'getLiveness',
      method: 'GET',
      path: '/health/live',
      summary: 'Liveness: the process answers',
      responses: { 200: { description: 'It does.', schema: z.object({ status: z.literal('ok') }) } },
      handle: async () => ({ body: { status: 'ok' } }),
    }),
  ];
}

async function checkAll(dependencies: readonly Dependency[]): Promise<Health> {
  const checks = await Promise.all(
    dependencies.map(async (dependency) => [dependency.name, await check(dependency)] as const),
  );
  const failing = dependencies.filter(({ name }) =>
    checks.some(([checked, { status }]) => checked === name && status === 'failing'),
  );
  const isDown = failing.some(({ critical }) => critical);
  const status = failing.length === 0 ? 'ok' : isDown ? 'unavailable' : 'degraded';
  return { status, checks: Object.fromEntries(checks) };
}

async function check(dependency: Dependency): Promise<z.infer<typeof Check>> {
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => timeout.reject(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)),
    TIMEOUT_MS,
  );
  try {
    await Promise.race([dependency.check(), timeout.promise]);
    return { status: 'ok', milliseconds: elapsed() };
  } catch (error) {
    log.warning('a dependency fails', { dependency: dependency.name, error: messageOf(error) });
    return { status: 'failing', milliseconds: elapsed(), reason: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Anybody may ask, so the reason is a code; the log has the words. */
function reasonOf(error: unknown): string {
  const { statusCode, kind, code } = error as { statusCode?: number; kind?: string; code?: string };
  return kind ?? code ?? (statusCode === undefined ? 'no answer' : `status ${statusCode}`);
}
