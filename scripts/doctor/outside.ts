import * as z from 'zod';
import { compare, Finding } from '../../src/features/diagnosis/index.ts';

const Diagnosed = z.object({ version: z.string(), findings: z.array(Finding) });
const Health = z.object({
  checks: z.record(z.string(), z.object({ status: z.string(), reason: z.string().optional() })),
});

export type Door = {
  readonly url: string;
  readonly apiKey: string | undefined;
  /** Of this checkout. */
  readonly version: string;
  /** What starts the app again. */
  readonly restart: string;
};

/** Whether the app answers, what it says of itself, and, with a key, what it sees from within. */
export async function lookFromOutside(
  door: Door,
): Promise<{ readonly answers: boolean; readonly findings: Finding[] }> {
  const live = await ask(`${door.url}/health/live`);
  if (live === undefined || live.status !== 200) {
    const detail =
      live === undefined ? `${door.url} does not answer` : `${door.url}/health/live answers ${live.status}`;
    return {
      answers: false,
      findings: [{ check: 'app', subject: 'app', state: 'failed', detail, mend: door.restart }],
    };
  }
  const findings: Finding[] = [
    { check: 'app', subject: 'app', state: 'ok', detail: `${door.url} answers` },
    compare('app', live.headers.get('date'), new Date()),
  ];
  return { answers: true, findings: [...findings, ...(await lookInside(door))] };
}

async function lookInside(door: Door): Promise<Finding[]> {
  const howTo =
    'give the API key of an owner: --api-key KEY, or POLICYCORTEX_API_KEY (npm run first-key makes one)';
  if (door.apiKey === undefined) {
    const skipped: Finding = { check: 'inside', subject: 'app', state: 'skipped', detail: howTo };
    return [skipped, ...(await health(door))];
  }
  const answer = await ask(`${door.url}/api/v1/diagnosis`, door.apiKey);
  if (answer?.status === 200) {
    const { version, findings } = Diagnosed.parse(await answer.json());
    return [...findings, ...versionsOf(version, door)];
  }
  const isRefused = answer?.status === 401 || answer?.status === 403;
  const detail = isRefused
    ? 'the API key is not that of an owner of this deployment'
    : `/api/v1/diagnosis answers ${answer?.status ?? 'nothing'}`;
  const mend = isRefused ? howTo : door.restart;
  return [{ check: 'inside', subject: 'app', state: 'failed', detail, mend }, ...(await health(door))];
}

function versionsOf(deployed: string, { version }: Door): Finding[] {
  if (deployed === version) return [];
  const detail = `${deployed} is deployed, this checkout is ${version}`;
  return [{ check: 'version', subject: 'package', state: 'warning', detail, mend: 'azd deploy' }];
}

/** What everybody may know of each dependency. */
async function health({ url, restart }: Door): Promise<Finding[]> {
  const answer = await ask(`${url}/health`);
  const parsed = Health.safeParse(await answer?.json());
  if (!parsed.success)
    return [
      { check: 'health', subject: 'app', state: 'failed', detail: '/health does not answer', mend: restart },
    ];
  return Object.entries(parsed.data.checks).map(
    ([subject, { status, reason }]): Finding =>
      status === 'ok'
        ? { check: 'health', subject, state: 'ok', detail: 'answers' }
        : { check: 'health', subject, state: 'failed', detail: reason ?? status, mend: 'azd provision' },
  );
}

/** Undefined where nothing answers within 30 s. */
async function ask(url: string, apiKey?: string): Promise<Response | undefined> {
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(30_000) });
  } catch {
    return undefined;
  }
}
