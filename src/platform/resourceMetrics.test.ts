import { expect, it } from 'vitest';
import { placeOf } from './resourceMetrics.ts';

it.each([
  ['https://management.azure.com', 'https://westeurope.metrics.monitor.azure.com', 'com'],
  ['https://management.usgovcloudapi.net/', 'https://westeurope.metrics.monitor.azure.us', 'us'],
  ['https://management.chinacloudapi.cn', 'https://westeurope.metrics.monitor.azure.cn', 'cn'],
  ['http://127.0.0.1:7072', 'http://127.0.0.1:7072/metrics/westeurope', 'com'],
])('metrics of the cloud of %s are at %s', (resourceManager, endpoint, end) => {
  expect(placeOf(resourceManager, 'westeurope')).toEqual({
    endpoint,
    scope: `https://metrics.monitor.azure.${end}/.default`,
  });
});
