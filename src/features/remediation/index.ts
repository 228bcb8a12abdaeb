export { createRemediations } from './create.ts';
export { RemediationMessage, remediationsQueue } from './queue.ts';
export { remediationRoutes } from './routes.ts';
export { remediationsTable } from './store.ts';
