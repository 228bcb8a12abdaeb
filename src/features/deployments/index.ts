export { ruleFor } from './approval.ts';
export { noBicep } from './bicep.ts';
export { checkResources, type EvaluateDocuments } from './check.ts';
export { DeploymentMessage, deploymentsQueue } from './queue.ts';
export { deploymentRoutes } from './routes.ts';
export { SecureValues } from './secureValues.ts';
export { Deployments } from './service.ts';
export { DeploymentStore, deploymentBlobs, deploymentsTable } from './store.ts';
