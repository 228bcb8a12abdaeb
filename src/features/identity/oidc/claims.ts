import * as z from 'zod';
import { Failure } from '#platform/failure.ts';

/** Somebody whom an issuer vouches for, before it is known what they may do here. */
export type Person = {
  readonly tenantId: string;
  /** `user:` object id, `app:` client id, `github:` repository. Never a name or address, which can change hands. */
  readonly id: string;
  readonly kind: 'user' | 'workload';
  /** To be shown; decides nothing. */
  readonly name: string;
  readonly oid: string | undefined;
  readonly userName: string | undefined;
  readonly appRoles: readonly string[];
  /** Object ids of groups, as far as the token names them. */
  readonly groups: readonly string[];
  /** `sub` of a federated workload. */
  readonly subject: string | undefined;
};

const texts = z.array(z.string().max(256)).max(1000).default([]);

/** The claims of Entra's tokens that are used (learn.microsoft.com, "Access token claims reference"). */
const EntraClaims = z.object({
  tid: z.guid().toLowerCase(),
  oid: z.guid().toLowerCase(),
  sub: z.string(),
  idtyp: z.string().optional(),
  scp: z.string().optional(),
  azp: z.string().optional(),
  appid: z.string().optional(),
  preferred_username: z.string().max(512).optional(),
  upn: z.string().max(512).optional(),
  name: z.string().max(512).optional(),
  app_displayname: z.string().max(512).optional(),
  roles: texts,
  groups: texts,
});

/** The claims of GitHub's tokens that are used (docs.github.com, "OpenID Connect reference"). */
const GithubClaims = z.object({
  sub: z.string().max(512),
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
});

/** @throws Failure `unauthenticated` where the token is another tenant's, or lacks who it is of */
export function toEntraPerson(claims: unknown, tenantId: string): Person {
  const parsed = EntraClaims.safeParse(claims);
  if (!parsed.success) throw notOurs('it lacks a claim that is needed (tid, oid, sub)');
  const { tid, oid, sub, idtyp, scp, azp, appid, roles, groups, ...named } = parsed.data;
  if (tid !== tenantId.toLowerCase()) throw notOurs('its tenant is not that of its issuer');
  const isApp = idtyp === 'app' || (idtyp === undefined && scp === undefined && oid === sub);
  const client = azp ?? appid;
  if (isApp && !client) throw notOurs('it lacks the client id (azp)');
  const userName = named.preferred_username ?? named.upn;
  return {
    tenantId,
    id: isApp ? `app:${client}` : `user:${oid}`,
    kind: isApp ? 'workload' : 'user',
    name: (isApp ? (named.app_displayname ?? client) : (userName ?? named.name)) ?? oid,
    oid: isApp ? undefined : oid,
    userName: isApp ? undefined : userName,
    appRoles: roles,
    groups,
    subject: undefined,
  };
}

/** @throws Failure `unauthenticated` */
export function toGithubPerson(claims: unknown, tenantId: string): Person {
  const parsed = GithubClaims.safeParse(claims);
  if (!parsed.success) throw notOurs('it lacks a claim that is needed (sub, repository)');
  const { sub, repository } = parsed.data;
  return {
    tenantId,
    id: `github:${repository.replace('/', ':')}`,
    kind: 'workload',
    name: sub,
    oid: undefined,
    userName: undefined,
    appRoles: [],
    groups: [],
    subject: sub,
  };
}

export function notOurs(reason: string): Failure {
  return new Failure('unauthenticated', `the token is not valid: ${reason}`, {
    next: 'get an access token for this API from the tenant that PolicyCortex belongs to',
  });
}
