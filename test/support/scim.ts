import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { createServices, type Services } from '../../src/services.ts';
import { readSettings } from '../../src/settings.ts';
import { startEmulators } from './emulators.ts';

export type Json = Record<string, unknown>;
export type ScimAnswer = {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
};
export type ScimClient = (
  method: string,
  path: string,
  options?: { body?: unknown; headers?: Readonly<Record<string, string>>; on?: Services },
) => Promise<ScimAnswer>;

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** The product's API on real storage, and a SCIM client of any tenant. */
export async function startScim() {
  const emulators = await startEmulators();
  const environment = {
    ...emulators.environment,
    TENANT_ID: '11111111-1111-4111-8111-111111111111',
    LOG_LEVEL: 'error',
  };
  const newInstance = () =>
    createServices(
      readSettings({
        ...environment,
        RATE_LIMIT_PER_MINUTE: '1000000',
        TENANT_RATE_LIMIT_PER_MINUTE: '1000000',
      }),
    );
  const services = newInstance();
  const others: Services[] = [];

  return {
    services,
    tables: emulators.tables,
    /** Another instance of the app on the same storage. */
    newInstance(): Services {
      const other = newInstance();
      others.push(other);
      return other;
    },
    keyOf: (tenantId: string) =>
      services.identity.createKey({ tenantId, role: 'owner', name: 'provisioning' }),
    async clientOf(tenantId: string): Promise<ScimClient> {
      const key = await this.keyOf(tenantId);
      return async (method, path, { body, headers, on = services } = {}) => {
        const request = new Request(`https://scim.test/scim/v2${path}`, {
          method,
          headers: {
            authorization: `Bearer ${key}`,
            ...(body !== undefined && { 'content-type': 'application/scim+json' }),
            ...headers,
          },
          ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        });
        const response = await on.api.handle(request, () => undefined);
        const bytes = Buffer.from(await response.arrayBuffer());
        const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
        return {
          status: response.status,
          headers: response.headers,
          body: text === '' ? {} : (JSON.parse(text) as Json),
        };
      };
    },
    /** The API on a port of this machine. */
    async listen(): Promise<{ url: string; close(): void }> {
      const server = createServer((incoming, outgoing) => void serve(services, incoming, outgoing));
      server.listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      };
    },
    async stop() {
      for (const { queues } of [services, ...others]) await queues.close();
      await emulators.stop();
    },
  };
}

async function serve({ api }: Services, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { method = 'GET', headers, url = '/' } = incoming;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const request = new Request(`http://${headers.host ?? ''}${url}`, {
    method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
    ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' as const }),
  });
  const response = await api.handle(request, () => undefined);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

export function user(userName: string, more: Json = {}): Json {
  return { schemas: [USER], userName, ...more };
}

export function group(displayName: string, members: readonly string[] = []): Json {
  return { schemas: [GROUP], displayName, members: members.map((value) => ({ value })) };
}

export function patch(...Operations: readonly Json[]): Json {
  return { schemas: [PATCH_OP], Operations };
}
