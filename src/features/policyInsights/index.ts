export { createPolicyInsights } from './create.ts';
export { agreementTable } from './store.ts';
