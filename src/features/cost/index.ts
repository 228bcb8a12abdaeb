export { createCost } from './create.ts';
export { costsTable } from './store.ts';
