import { domain } from '../estate/people.ts';
import type { Actor } from '../state/change.ts';
import type { ArmRequest } from './http.ts';

/** Who makes a request: the claims of its bearer token if it is a JWT (unchecked), else a local user. */
export function actorOf(request: ArmRequest): Actor {
  const claims = claimsOf(request.headers.authorization);
  const upn = text(claims, 'upn') ?? text(claims, 'unique_name');
  const appId = text(claims, 'appid');
  const isApplication = upn === undefined && appId !== undefined;
  return {
    kind: isApplication ? 'Application' : 'User',
    id: upn ?? appId ?? `local.user@${domain}`,
    name: text(claims, 'name') ?? upn ?? appId ?? 'Local User',
    objectId: text(claims, 'oid') ?? '00000000-0000-0000-0000-000000000001',
    client: request.headers['user-agent']?.includes('azsdk') === true ? 'Azure SDK' : 'Unspecified',
    address: '127.0.0.1',
  };
}

function claimsOf(header: string | undefined): Readonly<Record<string, unknown>> {
  const payload = header?.split(' ')[1]?.split('.')[1];
  if (payload === undefined) return {};
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return claims !== null && typeof claims === 'object' ? (claims as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

function text(claims: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = claims[name];
  return typeof value === 'string' ? value : undefined;
}
