export { checkUrl } from './ssrf/url.ts';
