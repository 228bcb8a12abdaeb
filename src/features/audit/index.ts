export { auditRoutes } from './routes.ts';
export { Audit } from './service.ts';
export { auditTable, listAuditedTenants } from './store.ts';
