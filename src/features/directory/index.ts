export { scimRoutes } from './routes.ts';
export { Directory } from './service.ts';
export { directoryTable } from './store/rows.ts';
