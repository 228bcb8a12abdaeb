import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { callApi } from '../support/api.ts';
import { startEmulators } from '../support/emulators.ts';
import { type Issuer, startIssuer } from '../support/oidcIssuer.ts';
import { group, patch, user } from '../support/scim.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const AUDIENCE = 'api://policycortex';
/** As long as an instance remembers whom it let in. */
const REMEMBERED_MS = 5_000;
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let issuer: Issuer;
const instances: Services[] = [];

beforeAll(async () => {
  [emulators, issuer] = await Promise.all([startEmulators(), startIssuer()]);
  for (let n = 0; n < 2; n += 1)
    instances.push(
      createServices(
        readSettings({
          ...emulators.environment,
          TENANT_ID: TENANT,
          LOG_LEVEL: 'error',
          ENTRA_AUTHORITY: issuer.url,
          ENTRA_TENANT_IDS: TENANT,
          ENTRA_AUDIENCES: AUDIENCE,
        }),
      ),
    );
});
afterAll(async () => {
  for (const { queues } of instances) await queues.close();
  await issuer.close();
  await emulators.stop();
});

function tokenOf(oid: string, userName: string): Promise<string> {
  return issuer.sign({
    iss: issuer.v2(TENANT),
    aud: AUDIENCE,
    tid: TENANT,
    oid,
    sub: oid,
    scp: 'access',
    ver: '2.0',
    preferred_username: userName,
    roles: ['viewer'],
  });
}

it('who is disabled or deleted over SCIM is out, on every instance, with the token that was good a moment ago', async () => {
  const [first, second] = instances;
  if (!first || !second) throw new Error('there are two instances');
  const key = await first.identity.createKey({
    tenantId: TENANT,
    role: 'owner',
    name: 'provisioning',
    scopes: { access: 'write', subscriptions: null, features: ['scim'] },
  });
  const scim = async (target: string, body?: unknown) => {
    const answer = await callApi(first, target, { key, body });
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer;
  };
  const people = await Promise.all(
    ['kim', 'pat'].map(async (name) => {
      const [oid, userName] = [randomUUID(), `${name}@contoso.com`];
      const created = await scim('POST /scim/v2/Users', user(userName, { externalId: oid }));
      return { id: String(created.json.id), token: await tokenOf(oid, userName) };
    }),
  );
  const [kim, pat] = people;
  const path = 'GET /auth/me';
  const seen = () =>
    Promise.all(
      people.flatMap(({ token }) =>
        instances.map(async (on) => (await callApi(on, path, { key: token })).status),
      ),
    );
  await scim(
    'POST /scim/v2/Groups',
    group(
      'Operators',
      people.map(({ id }) => id),
    ),
  );

  const before = await seen();
  await scim(`PATCH /scim/v2/Users/${kim?.id}`, patch({ op: 'Replace', path: 'active', value: 'False' }));
  await scim(`DELETE /scim/v2/Users/${pat?.id}`);

  expect(before).toEqual([200, 200, 200, 200]);
  await expect.poll(seen, { timeout: REMEMBERED_MS + 2_000, interval: 500 }).toEqual([401, 401, 401, 401]);
  expect((await callApi(first, 'GET /api/v1/subscriptions', { key })).status).toBe(403);
});
