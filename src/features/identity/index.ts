export { Identity, keysTable } from './service.ts';
