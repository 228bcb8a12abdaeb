export type { DocumentJudgement } from './ask/documents.ts';
export { complianceRoutes } from './routes.ts';
export { complianceTable } from './rows/rows.ts';
export { Compliance } from './service.ts';
export { EvaluationMessage, evaluationsQueue } from './work/queue.ts';
