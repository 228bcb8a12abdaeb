export { scimRoutes } from './routes.ts';
export { Directory, type TenantDirectory } from './service.ts';
export { directoryTable } from './store/rows.ts';
