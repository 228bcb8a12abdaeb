import http from 'node:http';
import { type AddressInfo, Server as TcpServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { HostStartError } from '../errors.ts';
import { errorMessage, type Logger } from '../log.ts';
import type { Exchange } from './function-route.ts';
import { parseTarget } from './request-target.ts';
import { sendStatus } from './respond.ts';

export type Answer = (exchange: Exchange) => Promise<void>;

export type Listener = {
  readonly port: number;
  /** Takes no new connection, and refuses new requests on those that are open. */
  stop(): void;
  /** Waits until every answer is sent, at most `limitMs`, then cuts every connection. */
  finish(limitMs: number): Promise<void>;
};

/**
 * Listens on 127.0.0.1. Header limits follow Kestrel: 32 KiB (else 431), 30 s.
 * @throws HostStartError when the port is taken.
 */
export async function listen(port: number, answer: Answer, logger: Logger): Promise<Listener> {
  const server = http.createServer({
    maxHeaderSize: 32 * 1024,
    headersTimeout: 30_000,
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
  });
  const open = new Set<Promise<unknown>>();
  let isStopping = false;
  function onRequest(request: http.IncomingMessage, response: http.ServerResponse): void {
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    if (isStopping) {
      response.setHeader('connection', 'close');
      sendStatus(response, 503);
      return;
    }
    const closed = new Promise((resolve) => response.once('close', resolve));
    open.add(closed);
    void closed.then(() => open.delete(closed));
    void safely(answer, logger, { request, response });
  }
  server.on('request', onRequest);
  server.on('checkContinue', onRequest);
  server.on('upgrade', (_request, socket) =>
    socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n'),
  );
  await bind(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      isStopping = true;
      // http's own close cuts connections whose answer is ended but not yet read by the client.
      TcpServer.prototype.close.call(server);
    },
    finish: async (limitMs) => {
      await Promise.race([Promise.all(open), delay(limitMs, undefined, { ref: false })]);
      server.closeAllConnections();
    },
  };
}

async function safely(
  answer: Answer,
  logger: Logger,
  { request, response }: Pick<Exchange, 'request' | 'response'>,
): Promise<void> {
  const target = parseTarget(request.url ?? '/');
  if (!target || !URL.canParse(`http://${request.headers.host ?? 'localhost'}`)) {
    sendStatus(response, 400);
    return;
  }
  try {
    await answer({ request, response, target });
  } catch (error) {
    logger({ level: 'error', category: 'Host.Http', message: 'The host failed to answer a request', error });
    sendStatus(response, 500);
  }
}

function bind(server: http.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const busy = 'code' in error && error.code === 'EADDRINUSE';
      const text = busy ? `Port ${port} is in use; choose another with --port.` : errorMessage(error);
      reject(new HostStartError([text], { cause: error }));
    });
    server.listen(port, '127.0.0.1', () => {
      server.removeAllListeners('error');
      server.on('error', () => undefined);
      resolve();
    });
  });
}
