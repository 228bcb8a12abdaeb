import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

type Key = { readonly kid: string; readonly privateKey: CryptoKey; readonly jwk: JWK };
type Grant = {
  readonly challenge: string;
  readonly nonce: string;
  readonly clientId: string;
  readonly redirectUri: string;
};

export type Issuer = Awaited<ReturnType<typeof startIssuer>>;

/**
 * An identity provider as Entra is one (v1 and v2 issuers, keys shared by all tenants) and as GitHub Actions is one,
 * over real HTTP with real keys. Whoever comes to its authorization endpoint is signed in as `user`.
 */
export async function startIssuer() {
  const grants = new Map<string, Grant>();
  const state = { keys: [await newKey()], user: {} as JWTPayload, keyReads: 0, isDown: false };
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const v2 = (tid: string) => `${url}/${tid}/v2.0`;

  /** A token signed with the newest key. */
  function sign(claims: JWTPayload, header: { kid?: string; alg?: string } = {}): Promise<string> {
    const key = state.keys.at(-1);
    if (!key) throw new Error('there is no key');
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iat: now, nbf: now, exp: now + 3600, ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.kid, ...header })
      .sign(key.privateKey);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = new URL(request.url ?? '/', url);
    const [, first = '', ...rest] = target.pathname.split('/');
    if (state.isDown) return void response.writeHead(503).end();
    const json = (body: unknown, status = 200) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    switch (rest.join('/')) {
      case 'v2.0/.well-known/openid-configuration':
        return json({
          issuer: v2(first),
          authorization_endpoint: `${url}/${first}/oauth2/v2.0/authorize`,
          token_endpoint: `${url}/${first}/oauth2/v2.0/token`,
          jwks_uri: `${url}/${first}/discovery/v2.0/keys`,
          response_types_supported: ['code'],
          id_token_signing_alg_values_supported: ['RS256'],
          subject_types_supported: ['pairwise'],
        });
      case 'discovery/v2.0/keys':
      case '.well-known/jwks':
        state.keyReads += 1;
        return json({ keys: state.keys.map(({ jwk }) => jwk) });
      case 'oauth2/v2.0/authorize':
        return redirect(target.searchParams, response);
      case 'oauth2/v2.0/token':
        return json(...(await redeem(first, request)));
      default:
        return json({ error: 'not_found' }, 404);
    }
  }

  function redirect(query: URLSearchParams, response: ServerResponse): void {
    const read = (name: string) => query.get(name) ?? '';
    const code = randomUUID();
    const back = new URL(read('redirect_uri'));
    grants.set(code, {
      challenge: read('code_challenge'),
      nonce: read('nonce'),
      clientId: read('client_id'),
      redirectUri: back.href,
    });
    back.searchParams.set('code', code);
    back.searchParams.set('state', read('state'));
    response.writeHead(302, { location: back.href }).end();
  }

  async function redeem(tid: string, request: IncomingMessage): Promise<[unknown, number]> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const grant = grants.get(form.get('code') ?? '');
    grants.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!grant || challenge !== grant.challenge || form.get('redirect_uri') !== grant.redirectUri)
      return [{ error: 'invalid_grant' }, 400];
    const claims = { iss: v2(tid), aud: grant.clientId, tid, nonce: grant.nonce, ver: '2.0', ...state.user };
    return [
      { access_token: 'opaque', token_type: 'Bearer', expires_in: 3600, id_token: await sign(claims) },
      200,
    ];
  }

  return {
    url,
    state,
    v2,
    v1: (tid: string) => `https://sts.windows.net/${tid}/`,
    sign,
    /** A new signing key; the one before stays known, unless `alone`. */
    async roll({ alone = false } = {}): Promise<void> {
      const key = await newKey();
      state.keys = alone ? [key] : [...state.keys, key];
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

async function newKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' } };
}
