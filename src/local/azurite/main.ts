import { Server } from 'node:http';
import { createRequire } from 'node:module';

/**
 * Azurite reads its options from the command line and stops by itself on SIGTERM, but waits for clients to let go of
 * connections that they keep alive. It writes everything to disk once its servers are closed.
 */
const servers = new Set<Server>();
const listen = Reflect.get(Server.prototype, 'listen') as (...args: unknown[]) => Server;
Server.prototype.listen = function listenAndRemember(this: Server, ...args: unknown[]) {
  servers.add(this);
  return Reflect.apply(listen, this, args);
};

function letGo(): void {
  process.channel?.unref();
  setInterval(() => {
    for (const server of servers) server.closeIdleConnections();
  }, 50).unref();
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, letGo);
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
createRequire(import.meta.url)('azurite/dist/src/azurite.js');
