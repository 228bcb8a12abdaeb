export { type Job, type JobPart, JobStore, jobsTable } from './store.ts';
