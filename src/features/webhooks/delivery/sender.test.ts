import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket as TcpSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../ssrf/url.ts';
import { Sender } from './sender.ts';

const OPENSSL = 'openssl';
const LOCAL = { ...DEFAULT_POLICY, allowHttp: true, allowLoopback: true };
const OK = 'HTTP/1.1 200 OK\r\n';
const sender = new Sender(LOCAL);
const opened: { close(): unknown }[] = [];

afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});
afterAll(() => sender.close());

/** A receiver that answers each connection's first bytes with whatever the test writes. */
async function receiver(
  answer: (socket: TcpSocket) => void,
): Promise<{ url: string; requests: () => number }> {
  let requests = 0;
  const sockets = new Set<TcpSocket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      requests += 1;
      answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, requests: () => requests };
}

function post(url: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}) {
  return sender.send({ url, headers: {}, body: Buffer.from('{}'), ...options });
}

describe('a receiver that', () => {
  it('answers any 2xx is a success, after 1xx too', async () => {
    const { url } = await receiver((socket) =>
      socket.end(
        'HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\nHTTP/1.1 226 IM Used\r\ncontent-length: 2\r\n\r\nok',
      ),
    );

    expect(await post(url)).toMatchObject({ status: 226, errorKind: undefined, body: 'ok' });
  });

  it('refuses the connection is a failure to connect', async () => {
    const { url } = await receiver(() => undefined);
    for (const each of opened.splice(0)) each.close();

    expect(await post(url)).toMatchObject({ errorKind: 'connect', status: undefined });
  });

  it('resets before an answer has failed, within the body has answered', async () => {
    const early = await receiver((socket) => socket.resetAndDestroy());
    const late = await receiver((socket) => {
      socket.write(`${OK}content-length: 100\r\n\r\nhalf`);
      setTimeout(() => socket.resetAndDestroy(), 50);
    });

    expect(await post(early.url)).toMatchObject({ errorKind: 'reset' });
    expect(await post(late.url)).toMatchObject({ status: 200, errorKind: undefined });
  });

  it('drips bytes costs two seconds at most, and before its headers the timeout', async () => {
    const drip = (socket: TcpSocket, start: string) => {
      socket.write(start);
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    };
    const body = await receiver((socket) => drip(socket, `${OK}content-length: 100000\r\n\r\n`));
    const headers = await receiver((socket) => drip(socket, 'HTTP/1.1 200 OK\r\nx: '));
    const startedAt = performance.now();

    const [ofBody, ofHeaders] = await Promise.all([post(body.url), post(headers.url, { timeoutMs: 500 })]);

    expect(ofBody).toMatchObject({ status: 200, errorKind: undefined });
    expect(ofHeaders).toMatchObject({ errorKind: 'timeout' });
    expect(performance.now() - startedAt).toBeLessThan(4000);
  });

  it('never answers is timed out', async () => {
    const { url } = await receiver(() => undefined);

    expect(await post(url, { timeoutMs: 200 })).toMatchObject({ errorKind: 'timeout' });
  });

  it('sends 64 MB is read for 4 KB', async () => {
    let written = 0;
    const { url } = await receiver((socket) => {
      const chunk = Buffer.alloc(65_536, 'a');
      socket.write(`${OK}content-length: ${64 * 1_048_576}\r\n\r\n`);
      const more = () => {
        while (!socket.destroyed && written < 64 * 1_048_576) {
          written += chunk.length;
          if (!socket.write(chunk)) return;
        }
      };
      socket.on('drain', more);
      more();
    });

    const outcome = await post(url);

    expect(outcome).toMatchObject({ status: 200, body: 'a'.repeat(4096) });
    expect(written).toBeLessThan(16 * 1_048_576);
  });

  it('sends a gzip bomb finds it unopened', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const { url } = await receiver((socket) => {
      socket.write(`${OK}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
      socket.end(bomb);
    });

    const { status, body } = await post(url);

    expect(status).toBe(200);
    expect(body).toBe(bomb.subarray(0, 4096).toString('base64'));
  });

  it('redirects is not followed', async () => {
    const other = await receiver((socket) => socket.end(`${OK}\r\n`));
    const { url } = await receiver((socket) =>
      socket.end(`HTTP/1.1 307 Temporary Redirect\r\nlocation: ${other.url}\r\ncontent-length: 0\r\n\r\n`),
    );

    expect(await post(url)).toMatchObject({ status: 307, errorKind: 'status' });
    expect(other.requests()).toBe(0);
  });

  it.each([
    ['invalid headers', `${OK}bad header\u0001: x\r\n\r\n`],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['two lengths', `${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nab`],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['headers without end', `${OK}x: ${'a'.repeat(100_000)}\r\n\r\n`],
  ])('answers with %s has failed', async (_, text) => {
    const { url } = await receiver((socket) => socket.end(text));

    const outcome = await post(url, { timeoutMs: 2000 });

    expect(outcome.errorKind).toMatch(/protocol|reset/);
  });

  it('sends secrets in headers does not find them in the record', async () => {
    const { url } = await receiver((socket) =>
      socket.end(`${OK}set-cookie: a=b\r\nx-api-key: c\r\nserver: nginx\r\ncontent-length: 3\r\n\r\na\0b`),
    );

    const { headers, body } = await post(url);

    expect(headers).toEqual({ server: 'nginx', 'content-length': '3' });
    expect(body).toBe('a\uFFFDb');
  });

  it('is deleted meanwhile gets no more', async () => {
    const { url } = await receiver(() => undefined);
    const deletion = new AbortController();
    setTimeout(() => deletion.abort(), 50);

    expect(await post(url, { signal: deletion.signal })).toMatchObject({ errorKind: 'aborted' });
  });
});

describe('TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'policycortex-tls-'));
  let url: string;
  let certificate: string;

  beforeAll(async () => {
    const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    execFileSync(
      OPENSSL,
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '2',
        ],
        ...[
          '-keyout',
          keyFile,
          '-out',
          certFile,
          '-subj',
          '/CN=receiver',
          '-addext',
          'subjectAltName=IP:127.0.0.1',
        ],
      ],
      { stdio: 'ignore' },
    );
    certificate = readFileSync(certFile, 'utf8');
    const server = createTlsServer({ key: readFileSync(keyFile), cert: certificate }, (_, response) =>
      response.end('ok'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return () => {
      server.closeAllConnections();
      server.close();
    };
  });

  it('needs a certificate that is trusted and of the right name', async () => {
    const trusting = new Sender(LOCAL, { ca: certificate });

    const good = await trusting.send({ url, headers: {}, body: Buffer.from('{}') });
    const wrongName = await trusting.send({ url: url.replace('127.0.0.1', 'localhost'), headers: {} });
    const untrusted = await post(url);
    await trusting.close();

    expect(good).toMatchObject({ status: 200, errorKind: undefined });
    expect([wrongName.errorKind, untrusted.errorKind]).toEqual(['tls', 'tls']);
  });
});

describe('DNS', () => {
  /** A name server that answers every A question with the next of the addresses, again and again the last. */
  async function nameServer(
    addresses: readonly string[][],
  ): Promise<{ resolver: dns.Resolver; asked: () => number }> {
    let asked = 0;
    const socket: Socket = createSocket('udp4');
    socket.on('message', (query, from) => {
      const end = query.indexOf(0, 12) + 5;
      const isA = query.readUInt16BE(end - 4) === 1;
      const found = isA ? (addresses[Math.min(asked, addresses.length - 1)] ?? []) : [];
      if (isA) asked += 1;
      const head = Buffer.from(query.subarray(0, end));
      head.writeUInt16BE(0x8180, 2);
      head.writeUInt16BE(found.length, 6);
      head.writeUInt16BE(0, 8);
      head.writeUInt16BE(0, 10);
      const records = found.map((address) =>
        Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
      );
      socket.send(Buffer.concat([head, ...records]), from.port, from.address);
    });
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    opened.push(socket);
    const resolver = new dns.Resolver({ timeout: 1000, tries: 1 });
    resolver.setServers([`127.0.0.1:${socket.address().port}`]);
    return { resolver, asked: () => asked };
  }

  it.each([
    [['127.0.0.1']],
    [['169.254.169.254']],
    [['168.63.129.16']],
    [['10.1.2.3']],
    [['93.184.216.34', '10.0.0.1']],
  ])('that leads to %j is refused before anything is connected', async (addresses) => {
    const { resolver } = await nameServer([addresses]);
    const strict = new Sender(DEFAULT_POLICY, { resolve: (name) => resolver.resolve4(name) });

    const outcome = await strict.send({ url: 'https://hooks.contoso.com/', headers: {} });
    await strict.close();

    expect(outcome).toMatchObject({ errorKind: 'blocked', status: undefined });
    expect(outcome.error).not.toContain(addresses[0]);
  });

  it('that changes between check and connection is asked once, and that answer is the one connected to', async () => {
    const target = await receiver((socket) => socket.end(`${OK}content-length: 0\r\n\r\n`));
    const port = Number(new URL(target.url).port);
    const { resolver, asked } = await nameServer([['127.0.0.1'], ['10.0.0.1'], ['127.0.0.1']]);
    const policy = { ...LOCAL, ports: [port] };
    const rebound = new Sender(policy, { resolve: (name) => resolver.resolve4(name) });
    const url = `http://rebind.contoso.com:${port}/`;

    const first = await rebound.send({ url, headers: {} });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const second = await rebound.send({ url, headers: {} });
    await rebound.close();

    expect(first).toMatchObject({ status: 200 });
    expect(second).toMatchObject({ errorKind: 'blocked' });
    expect([asked(), target.requests()]).toEqual([2, 1]);
  });

  it('that does not know the name is a failure of its own', async () => {
    const { resolver } = await nameServer([[]]);
    const strict = new Sender(DEFAULT_POLICY, { resolve: (name) => resolver.resolve4(name) });

    const outcome = await strict.send({ url: 'https://hooks.contoso.com/', headers: {} });
    await strict.close();

    expect(outcome).toMatchObject({ errorKind: 'dns' });
  });
});
