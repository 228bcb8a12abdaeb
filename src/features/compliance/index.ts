export type { DocumentJudgement } from './ask/documents.ts';
export { codeOf, findingId } from './plan/pair.ts';
export { complianceRoutes } from './routes.ts';
export { complianceTable } from './rows/rows.ts';
export { Compliance } from './service.ts';
export { EvaluationMessage, evaluationsQueue } from './work/queue.ts';
