export { type FunctionsHost, type FunctionsHostOptions, startFunctionsHost } from './host.ts';
