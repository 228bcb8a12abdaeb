export { Idempotency, idempotencyTable } from './store.ts';
