import { describe, expect, it } from 'vitest';
import { MetricsAnswer } from './azure.ts';
import { CATALOGUE, chosenTypes, type MetricDefinition, metricsOf } from './catalogue.ts';
import { aggregationsOf, combine, hoursOf, resourceOf } from './sample.ts';

const ACCOUNT =
  '/subscriptions/12345678-abcd-1234-abcd-123456789abc/resourceGroups/TestGroup/providers/Microsoft.Storage/storageAccounts/TestStorage1';
const DEFINITIONS: readonly MetricDefinition[] = [
  { name: 'Ingress', unit: 'Bytes', aggregation: 'average', rollup: 'ingress' },
];
/** As in the examples of metricBatch 2024-02-01. */
const result = {
  starttime: '2023-02-01T20:00:00.123Z',
  endtime: '2023-02-01T23:00:00.345Z',
  interval: 'PT15M',
  value: [
    {
      id: `${ACCOUNT}/providers/Microsoft.Insights/metrics/Ingress`,
      type: 'Microsoft.Insights/metrics',
      name: { value: 'Ingress', localizedValue: 'Ingress' },
      unit: 'Bytes',
      timeseries: [
        {
          metadatavalues: [{ name: { value: 'apiname' }, value: 'GetBlob' }],
          data: [
            { timeStamp: '2023-02-01T20:00:00Z', average: 437, minimum: 437, maximum: 583 },
            { timeStamp: '2023-02-01T21:00:00Z' },
            { timeStamp: '2023-02-01T22:00:00Z', average: 342, minimum: 342, maximum: 342 },
          ],
        },
      ],
      errorCode: 'Success',
    },
  ],
  namespace: 'microsoft.storage/storageaccounts',
  resourceregion: 'eastus',
  resourceid: ACCOUNT,
};

describe('an answer of the batch query', () => {
  it('is read from the examples of the specification; hours without values are left out', () => {
    const [read] = MetricsAnswer.parse({ values: [result] }).values;
    if (!read) throw new Error('no result');

    expect(resourceOf(read)).toBe(ACCOUNT);
    expect([...hoursOf(read, DEFINITIONS)]).toEqual([
      ['2023-02-01T20:00:00.000Z', { Ingress: { average: 437, maximum: 583 } }],
      ['2023-02-01T22:00:00.000Z', { Ingress: { average: 342, maximum: 342 } }],
    ]);
  });

  it('says whose it is by the ids of its metrics where `resourceid` is missing', () => {
    const { resourceid: _, ...unnamed } = result;
    const [read] = MetricsAnswer.parse({ values: [unnamed] }).values;
    const [nobody] = MetricsAnswer.parse({ values: [{ value: [] }] }).values;

    expect([read && resourceOf(read), nobody && resourceOf(nobody)]).toEqual([ACCOUNT, undefined]);
  });

  it('is taken as far as it is as documented', () => {
    const odd = {
      ...result,
      value: [
        null,
        { name: 'Ingress' },
        { ...result.value[0], unit: 'Furlongs', timeseries: [{ data: [{ timeStamp: 'soon' }, null] }] },
        {
          name: { value: 'Unasked' },
          timeseries: [{ data: [{ timeStamp: '2023-02-01T20:00:00Z', average: 1 }] }],
        },
        { name: { value: 'ingress' }, timeseries: null, errorCode: 'Throttled' },
      ],
    };
    const [read] = MetricsAnswer.parse({ values: [odd, 'nonsense'] }).values;

    expect(MetricsAnswer.parse({})).toEqual({ values: [] });
    expect([...hoursOf(read ?? { resourceid: '', value: [] }, DEFINITIONS)]).toEqual([]);
    expect(read?.value.map(({ errorCode }) => errorCode)).toEqual(['Success', undefined, 'Throttled']);
  });
});

describe('a day', () => {
  it('adds up totals and counts, averages averages, keeps extremes', () => {
    const day = combine([
      { cpu: { average: 10, maximum: 50 }, requests: { total: 5 }, hits: { count: 1 } },
      { cpu: { average: 30, maximum: 40 }, requests: { total: 7 } },
    ]);

    expect(day).toEqual({
      cpu: { average: 20, maximum: 50 },
      requests: { total: 12 },
      hits: { count: 1 },
    });
    expect(combine([])).toEqual({});
  });
});

describe('the table of metrics', () => {
  it('is asked without regard to case, and asks Azure for what is kept', () => {
    expect(metricsOf('MICROSOFT.COMPUTE/virtualmachines')).toBe(
      CATALOGUE['Microsoft.Compute/virtualMachines'],
    );
    expect(metricsOf('Microsoft.Test/things')).toEqual([]);
    expect(aggregationsOf(metricsOf('Microsoft.Storage/storageAccounts'))).toEqual([
      'total',
      'average',
      'maximum',
    ]);
  });

  it('has a name of its own in the unified metrics for each metric', () => {
    const names = Object.values(CATALOGUE).flatMap((metrics) => metrics.map(({ rollup }) => rollup));

    expect(new Set(names).size).toBe(names.length);
  });

  it('is narrowed by the setting, which is refused where it names what there is not', () => {
    expect(chosenTypes('')).toEqual(Object.keys(CATALOGUE));
    expect(chosenTypes(' microsoft.web/sites, Microsoft.KeyVault/vaults')).toEqual([
      'Microsoft.Web/sites',
      'Microsoft.KeyVault/vaults',
    ]);
    expect(chosenTypes('none')).toEqual([]);
    expect(() => chosenTypes('Microsoft.Test/things')).toThrow(
      /RESOURCE_METRIC_TYPES: there are no metrics for microsoft.test\/things; there are for Microsoft.Compute/,
    );
  });
});
