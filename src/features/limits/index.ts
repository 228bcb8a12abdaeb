export { limitsTable } from './lease.ts';
export { Limits } from './service.ts';
