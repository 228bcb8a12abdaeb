export { keysTable } from './keyStore.ts';
export { identityRoutes } from './routes.ts';
export { Identity } from './service.ts';
