/** What tokens are taken from whom. */
export type OidcOptions = {
  /** Where Entra answers: `https://login.microsoftonline.com`, or a sovereign cloud. */
  readonly authority: string;
  /** Entra tenants whose tokens are taken. */
  readonly tenantIds: readonly string[];
  /** `aud` of an access token for us: client id or application id URI. None: no token is taken. */
  readonly audiences: readonly string[];
  readonly github: GithubTrust | undefined;
  /** How soon a key that is not known yet may be looked for again; milliseconds. */
  readonly keysCooldownMs?: number;
};

export type GithubTrust = {
  readonly issuer: string;
  readonly audience: string;
  /** Whose workloads they are. */
  readonly tenantId: string;
};

/** An issuer, as a token's `iss` names it exactly. */
export type Issuer = {
  readonly kind: 'entra' | 'github';
  /** Entra's signing keys are shared between tenants: what it signs for another one is no token of this. */
  readonly tenantId: string;
  readonly keysUrl: string;
  readonly audiences: readonly string[];
};

/** Issuers by `iss`: both forms that Entra gives access tokens (v1 and v2), for each tenant of the list. */
export function issuersOf({
  authority,
  tenantIds,
  audiences,
  github,
}: OidcOptions): ReadonlyMap<string, Issuer> {
  const issuers = new Map<string, Issuer>();
  for (const tenantId of audiences.length > 0 ? tenantIds : []) {
    const tid = tenantId.toLowerCase();
    const keysUrl = `${authority}/${tid}/discovery/v2.0/keys`;
    const issuer: Issuer = { kind: 'entra', tenantId, keysUrl, audiences };
    issuers.set(`${authority}/${tid}/v2.0`, issuer);
    issuers.set(`https://sts.windows.net/${tid}/`, issuer);
  }
  if (github) {
    const { issuer, audience, tenantId } = github;
    const keysUrl = `${issuer}/.well-known/jwks`;
    issuers.set(issuer, { kind: 'github', tenantId, keysUrl, audiences: [audience] });
  }
  return issuers;
}
