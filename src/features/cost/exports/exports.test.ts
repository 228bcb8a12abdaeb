import { describe, expect, it } from 'vitest';
import { newestOf, runsIn } from './choose.ts';
import { toExportLine } from './lines.ts';

const SUBSCRIPTION = '22222222-2222-4222-8222-222222222222';

function manifest(runId: string, given: { type?: string; from: string; to: string; submitted: string }) {
  const { type = 'ActualCost', from, to, submitted } = given;
  return {
    exportConfig: { exportName: 'daily', type, dataVersion: '2023-12-01-preview' },
    runInfo: { runId, submittedTime: submitted, startDate: `${from}T00:00:00`, endDate: `${to}T00:00:00` },
    blobs: [{ blobName: `${runId}/part_0.csv`, byteCount: 1, dataRowCount: 1 }],
  };
}

describe('of the runs of exports', () => {
  const october = manifest('october', {
    from: '2026-10-01',
    to: '2026-10-31',
    submitted: '2026-11-02T00:00:00Z',
  });
  const early = manifest('early', {
    from: '2026-11-01',
    to: '2026-11-10',
    submitted: '2026-11-11T00:00:00Z',
  });
  const late = manifest('late', { from: '2026-11-01', to: '2026-11-20', submitted: '2026-11-21T00:00:00Z' });
  const again = manifest('again', {
    from: '2026-11-01',
    to: '2026-11-20',
    submitted: '2026-11-22T00:00:00Z',
  });
  const amortized = manifest('amortized', {
    ...{ type: 'AmortizedCost', from: '2026-11-01', to: '2026-11-25', submitted: '2026-11-26T00:00:00Z' },
  });
  const all = [october, again, early, late, amortized, { not: 'a manifest' }];

  it('that which reaches farthest into a month counts, the last of them', () => {
    const { runs, malformed } = runsIn(all, 'ActualCost');

    expect(malformed).toBe(1);
    expect(['2026-09', '2026-10', '2026-11'].map((month) => newestOf(runs, month)?.id)).toEqual([
      undefined,
      'october',
      'again',
    ]);
  });

  it('only those of the metric count, and FOCUS, which has both', () => {
    const focus = manifest('focus', {
      ...{ type: 'FocusCost', from: '2026-11-01', to: '2026-11-26', submitted: '2026-11-27T00:00:00Z' },
    });

    expect(runsIn(all, 'AmortizedCost').runs.map(({ id }) => id)).toEqual(['amortized']);
    expect(newestOf(runsIn([...all, focus], 'ActualCost').runs, '2026-11')?.id).toBe('focus');
  });
});

describe('rows are read by the names of their columns', () => {
  const line = { resourceId: '/r/1', day: '2026-11-05', amount: 1.5, currency: 'EUR' };
  it.each([
    [
      'MCA',
      {
        subscriptionid: SUBSCRIPTION,
        resourceid: '/r/1',
        date: '11/05/2026',
        costinbillingcurrency: '1.5',
        billingcurrency: 'EUR',
      },
    ],
    [
      'EA',
      {
        subscriptionguid: SUBSCRIPTION.toUpperCase(),
        instanceid: '/r/1',
        usagedatetime: '2026-11-05',
        pretaxcost: '1.5',
        currency: 'eur',
      },
    ],
    [
      'FOCUS',
      {
        subaccountid: `/subscriptions/${SUBSCRIPTION}`,
        resourceid: '/r/1',
        chargeperiodstart: '2026-11-05T00:00Z',
        billedcost: '1.5',
        effectivecost: '9',
        billingcurrency: 'EUR',
      },
    ],
  ])('%s', (_, row) => {
    expect(toExportLine(row, { subscriptionId: SUBSCRIPTION, metric: 'ActualCost' })).toEqual(line);
  });

  it('those of other subscriptions are left alone, what cannot be read is counted', () => {
    const of = { subscriptionId: SUBSCRIPTION, metric: 'ActualCost' } as const;

    expect(toExportLine({ subscriptionid: '33333333-3333-4333-8333-333333333333' }, of)).toBe('other');
    expect(toExportLine({}, of)).toBe('other');
    expect(toExportLine({ subscriptionid: SUBSCRIPTION, cost: 'much' }, of)).toBeUndefined();
  });
});
