import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROOT } from './support.ts';

const SUBSCRIPTION = 'aaaaaaaa-0000-4000-8000-000000000000';
const NAMES = [
  'watchGroup',
  'topicName',
  'eventSubscriptionName',
  'location',
  'functionId',
  'appPrincipalId',
  'writerPrincipalId',
  'eventsIdentityId',
  'eventQueueId',
  'deadLetterStorageId',
  'deadLetterContainer',
  'actionGroupId',
  'environmentName',
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policycortex-hooks-'));
  const named = Object.fromEntries(NAMES.map((name) => [name, name]));
  const installation = JSON.stringify({ ...named, tags: {}, isPrivate: false });
  fakeCommand(
    'az',
    `if (args.startsWith('deployment group show')) console.log(${JSON.stringify(installation)});`,
  );
  fakeCommand('azd', '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A command on PATH that notes its arguments, and answers. */
function fakeCommand(name: string, answer: string): void {
  const file = join(folder, name);
  const note = `require('node:fs').appendFileSync(${JSON.stringify(join(folder, 'calls'))}, '${name} ' + args + '\\n');`;
  writeFileSync(
    file,
    `#!${process.execPath}\nconst args = process.argv.slice(2).join(' ');\n${note}\n${answer}\n`,
  );
  chmodSync(file, 0o755);
}

function calls(): string[] {
  return readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
}

/** Runs a hook as azd does: in the project's folder, with the values of its environment. */
async function runHook(name: string, values: Readonly<Record<string, string>>) {
  const env = { PATH: folder, AZURE_SUBSCRIPTION_ID: SUBSCRIPTION, AZURE_RESOURCE_GROUP: 'rg', ...values };
  const child = spawn(process.execPath, [join(ROOT, 'scripts/infra/hook.ts'), name], { cwd: ROOT, env });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  return { status, stderr };
}

describe('preprovision', () => {
  test('fixes the month from which the budget counts, once, and registers what the template cannot', async () => {
    const first = await runHook('preprovision', {});
    await runHook('preprovision', { BUDGET_START_DATE: '2026-01-01' });

    expect(first).toEqual({ status: 0, stderr: '' });
    expect(calls().filter((call) => call.startsWith('azd'))).toEqual([
      expect.stringMatching(/^azd env set BUDGET_START_DATE \d{4}-\d\d-01$/),
    ]);
    expect(calls()[1]).toContain('az provider register --namespace Microsoft.App --wait');
  });

  test('says what is missing outside azd, in one line', async () => {
    const { status, stderr } = await runHook('preprovision', { AZURE_SUBSCRIPTION_ID: '' });

    expect(status).toBe(1);
    expect(stderr).toBe('AZURE_SUBSCRIPTION_ID is not set: this runs as a hook of azd (azure.yaml)\n');
  });
});

describe('predeploy', () => {
  const names = { FUNCTION_APP_NAME: 'func', AZURE_RESOURCE_GROUP: 'rg' };

  test('packs, and asks for an update that ends no execution', async () => {
    const rolling = await runHook('predeploy', names);

    const asked = calls().filter((call) => call.includes('update-strategy'));
    expect(rolling).toEqual({ status: 0, stderr: '' });
    expect(asked[0]).toContain('--type RollingUpdate --name func --resource-group rg');
  }, 90_000);
});

describe('postdeploy', () => {
  test('fails a deployment whose app does not become healthy, and says how to go back', async () => {
    const server = createServer(
      (_, response) => void response.writeHead(503).end('{"status":"unavailable"}'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;

    const { status, stderr } = await runHook('postdeploy', {
      FUNCTION_APP_URL: `http://127.0.0.1:${port}`,
      HEALTH_MINUTES: '0.01',
    });
    server.close();

    expect(status).toBe(1);
    expect(stderr).toContain('503 {"status":"unavailable"}');
    expect(stderr).toContain('Roll back: azd deploy --from-package PREVIOUS.zip');
  });

  test('waits until the app is healthy, then watches the home subscription', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(asked.length === 1 ? 503 : 200).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;

    const { status } = await runHook('postdeploy', { FUNCTION_APP_URL: `http://127.0.0.1:${port}` });
    server.close();

    expect(status).toBe(0);
    expect(asked).toEqual(['/health', '/health']);
    expect(calls().at(-1)).toMatch(new RegExp(`^az deployment sub create --subscription ${SUBSCRIPTION}`));
  });
});
