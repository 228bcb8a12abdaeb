export { AlertMessage, alertsQueue } from './alerts/queue.ts';
export { createSecurity } from './create.ts';
export { securityTable } from './store.ts';
