import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AzureSimulator, startAzure } from '#local/azure/index.ts';
import { createServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { startEmulators } from '../support/emulators.ts';

let emulators: Awaited<ReturnType<typeof startEmulators>>;
let azure: AzureSimulator;
let services: Services;
let server: Server;

beforeAll(async () => {
  emulators = await startEmulators();
  azure = await startAzure({ port: 0, dataDir: undefined, estateSize: 60, seed: 7, drift: 0 });
  services = createServices(
    readSettings({
      ...emulators.environment,
      TENANT_ID: azure.tenantId,
      AZURE_RESOURCE_MANAGER_ENDPOINT: azure.url,
      LOG_LEVEL: 'error',
    }),
  );
  for (const id of azure.subscriptionIds)
    await services.storeOf(azure.tenantId).segments.register(id, { state: 'Enabled' });
  server = await listen(services);
});
afterAll(async () => {
  server.close();
  await services.queues.close();
  await azure.close();
  await emulators.stop();
});

/** The API over the wire, as curl needs it. */
async function listen({ api }: Services): Promise<Server> {
  const made = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const request = new Request(`http://host${incoming.url}`, {
        method: incoming.method ?? 'GET',
        headers: incoming.headers as Record<string, string>,
        ...(body.length > 0 && { body }),
      });
      const response = await api.handle(request, () => undefined);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.end(Buffer.from(await response.arrayBuffer()));
    })();
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return made;
}

/** The commands of the page, one after the other, as a shell runs them. */
function commands(): string[] {
  const page = readFileSync('docs/policies.md', 'utf8');
  return [...page.matchAll(/```\n(curl [\s\S]*?)\n```/g)].map((match) => match[1] ?? '');
}

it('the commands of docs/policies.md do what the page says', async () => {
  const KEY = await services.identity.createKey({ tenantId: azure.tenantId, role: 'owner', name: 'docs' });
  const { port } = server.address() as AddressInfo;
  const environment = {
    ...process.env,
    KEY,
    URL: `http://127.0.0.1:${port}`,
    SUBSCRIPTION: azure.subscriptionIds[0] ?? '',
  };
  const run = async (command: string) => {
    const text = await new Promise<string>((resolve, reject) =>
      execFile('bash', ['-c', command], { env: environment }, (error, output) =>
        error ? reject(error) : resolve(output),
      ),
    );
    return JSON.parse(text) as Record<string, unknown>;
  };

  const answers: Record<string, unknown>[] = [];
  for (const command of commands()) answers.push(await run(command));

  const [draft, policy, initiative, assignment, disabled, exemption, job] = answers;
  expect(answers).toHaveLength(7);
  expect(draft?.problems).toEqual([
    expect.objectContaining({ path: '$.policyRule.if.allOf[1].exist', nearest: 'exists' }),
  ]);
  expect(policy).toMatchObject({ name: 'storage-owner', severity: 'high', origin: 'custom' });
  expect(initiative).toMatchObject({ name: 'storage-basics', display_name: 'Storage basics' });
  expect(assignment).toMatchObject({ enforcement_mode: 'DoNotEnforce', overrides: [{ value: 'Disabled' }] });
  expect(disabled).toMatchObject({ enabled: false, origin: 'starter' });
  expect(exemption).toMatchObject({ state: 'active', policy_definition_reference_ids: ['owner'] });
  expect(job).toMatchObject({ state: 'running', problems: [] });
});
