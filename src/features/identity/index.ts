export { keysTable } from './keyStore.ts';
export type { OidcOptions } from './oidc/issuers.ts';
export { peopleTable } from './oidc/roleMappings.ts';
export type { SignInOptions } from './oidc/signIn.ts';
export { identityRoutes } from './routes.ts';
export { Identity } from './service.ts';
