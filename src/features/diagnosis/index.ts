export { compare } from './clock.ts';
export { Finding } from './finding.ts';
export { diagnosisRoutes } from './routes.ts';
export { Diagnosis } from './service.ts';
