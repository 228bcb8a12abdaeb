import { setTimeout as pause } from 'node:timers/promises';

type SyncJob = {
  id: string;
  state: string;
  resources: number;
  changed: number;
  deleted: number;
  failed_scopes: readonly unknown[];
};

/** Starts a sync of the resources, the policies and the other sources, as the timers would some minutes later, and says how the first went. */
export async function followFirstSync(options: {
  url: string;
  apiKey: string;
  report: (line: string) => void;
}): Promise<void> {
  const { url, apiKey, report } = options;
  const request = async (method: string, path: string) => {
    const response = await fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${apiKey}` } });
    const body = (await response.json()) as SyncJob & { detail?: string };
    if (!response.ok) throw new Error(body.detail ?? `status ${response.status}`);
    return body;
  };
  try {
    let job = await request('POST', '/api/v1/sync');
    await request('POST', '/api/v1/policies/sync');
    while (job.state === 'running') {
      await pause(500);
      job = await request('GET', `/api/v1/sync/${job.id}`);
    }
    for (const source of ['defender', 'policy_insights'])
      await request('POST', `/api/v1/connectors/${source}/sync`);
    const failed =
      job.failed_scopes.length === 0
        ? ''
        : `, ${job.failed_scopes.length} scopes could not be read (GET /api/v1/sync/${job.id})`;
    report(
      `First sync ${job.state}: ${job.resources} resources read, ${job.changed} changed, ${job.deleted} deleted${failed}.`,
    );
  } catch (error) {
    report(`The first sync could not be followed: ${(error as Error).message}`);
  }
}
