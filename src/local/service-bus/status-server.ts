import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { QueueCounts } from './broker/counts.ts';

export type StatusServer = { readonly url: string; close(): void };

/** Serves `GET /` on a free loopback port: `{"queues": QueueCounts[]}`. */
export async function startStatusServer(counts: () => QueueCounts[]): Promise<StatusServer> {
  const server = createServer((request, response) => {
    response.statusCode = request.method === 'GET' ? 200 : 405;
    response.setHeader('content-type', 'application/json');
    response.end(request.method === 'GET' ? JSON.stringify({ queues: counts() }) : '{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
