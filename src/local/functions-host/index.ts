export { HostStartError } from './errors.ts';
export { type FunctionsHost, type FunctionsHostOptions, startFunctionsHost } from './host.ts';
