import { describe, expect, it } from 'vitest';
import { AvailabilityStatus, ServiceEvent } from './azure.ts';
import { toServiceIssue, toUnavailable } from './events.ts';
import { toHealth, toServiceEvent } from './record.ts';
import { eventRowKey, rankOf } from './store.ts';

const PLACE = { tenantId: 't', subscriptionId: 's', at: new Date('2026-01-01T00:00:00.000Z') };
/** As in the examples of AvailabilityStatuses_ListBySubscriptionId, the misspelt id included. */
const status = {
  name: 'current',
  type: 'Microsoft.ResourceHealth/AvailabilityStatuses',
  id: '<resourceId>/providers/Microsoft.ResourceHealth/AvailabilityStatueses/current',
  location: 'eastus',
  properties: {
    availabilityState: 'Unavailable',
    detailedStatus: 'Disk problems',
    occuredTime: '2016-03-29T09:12:00Z',
    reasonChronicity: 'Persistent',
    reasonType: 'Unplanned',
    recommendedActions: [{ action: 'Start it', actionUrl: '<#ResourceBlade>' }, null],
    reportedTime: '2016-05-04T14:11:29.7598931Z',
    resolutionETA: '2016-03-29T09:37:00Z',
    summary: 'We are sorry',
    title: 'Unavailable',
  },
};
/** As in the examples of Events_ListBySubscriptionId. */
const event = {
  name: 'BC_1-FXZ',
  id: '/providers/Microsoft.ResourceHealth/events/BC_1-FXZ',
  properties: {
    eventType: 'ServiceIssue',
    status: 'Active',
    title: 'ACTIVE: Virtual machines in West US',
    level: 'Warning',
    eventLevel: 'Informational',
    impactStartTime: '2018-11-07T00:00:00Z',
    impactMitigationTime: '2018-11-08T00:00:00Z',
    lastUpdateTime: '2018-11-08T00:00:00Z',
    impact: [{ impactedService: 'Virtual Machines', impactedRegions: [{ impactedRegion: 'West US' }] }],
    faqs: [{ question: 'This is a question' }],
  },
};

describe('the health of a resource', () => {
  it('is read from the examples of the specification', () => {
    expect(toHealth(AvailabilityStatus.parse(status))).toEqual({
      resourceId: '<resourceId>',
      state: 'Unavailable',
      since: '2016-03-29T09:12:00.000Z',
      title: 'Unavailable',
      summary: 'We are sorry',
      details: 'Disk problems',
      reason: 'Unplanned',
      chronicity: 'Persistent',
      category: null,
      context: null,
      expectedResolution: '2016-03-29T09:37:00.000Z',
      recommendedActions: ['Start it'],
    });
  });

  it('is read with only an id, and with values that nobody documented', () => {
    const bare = toHealth(AvailabilityStatus.parse({ id: status.id, properties: {} }));
    const odd = toHealth(
      AvailabilityStatus.parse({
        id: status.id,
        properties: { availabilityState: 'Hibernating', recommendedActions: 'none', occuredTime: 'soon' },
      }),
    );

    expect([bare?.state, bare?.since]).toEqual(['Unknown', null]);
    expect([odd?.state, odd?.since, odd?.recommendedActions]).toEqual(['Hibernating', null, []]);
    expect(toHealth(AvailabilityStatus.parse({ id: '/elsewhere', properties: {} }))).toBeUndefined();
    expect(['Unavailable', 'unavailable', 'Hibernating', 'Available'].map(rankOf)).toEqual([0, 0, 3, 4]);
  });

  it('raises an alert whose id follows from the resource and since when, as grave as its reason', () => {
    const record = toHealth(AvailabilityStatus.parse(status));
    if (!record) throw new Error('no record');
    const raised = toUnavailable(record, PLACE);
    const again = toUnavailable(record, { ...PLACE, at: new Date() });
    const later = toUnavailable({ ...record, since: '2026-01-02T00:00:00.000Z' }, PLACE);

    expect([again.id === raised.id, later.id === raised.id]).toEqual([true, false]);
    expect(raised.data).toMatchObject({ alert_type: 'resource_health.unavailable', severity: 'high' });
    expect(toUnavailable({ ...record, reason: 'UserInitiated' }, PLACE).data).toMatchObject({
      severity: 'informational',
    });
  });
});

describe('an event of Service Health', () => {
  it('is read from the examples of the specification, and with only a name', () => {
    expect(toServiceEvent(ServiceEvent.parse(event))).toEqual({
      trackingId: 'BC_1-FXZ',
      type: 'ServiceIssue',
      status: 'Active',
      level: 'Informational',
      title: 'ACTIVE: Virtual machines in West US',
      summary: null,
      startedAt: '2018-11-07T00:00:00.000Z',
      mitigatedAt: '2018-11-08T00:00:00.000Z',
      updatedAt: '2018-11-08T00:00:00.000Z',
      impact: [{ service: 'Virtual Machines', regions: ['West US'] }],
    });
    const bare = toServiceEvent(ServiceEvent.parse({ id: event.id, name: event.name, properties: {} }));
    expect(bare).toMatchObject({ trackingId: 'BC_1-FXZ', type: 'Unknown', impact: [] });
    expect(eventRowKey(bare)).toMatch(/^e\|1/);
  });

  it('raises one alert a subscription, whatever is updated', () => {
    const record = toServiceEvent(ServiceEvent.parse(event));
    const ids = [
      toServiceIssue(record, PLACE),
      toServiceIssue({ ...record, title: 'other', startedAt: null }, PLACE),
      toServiceIssue(record, { ...PLACE, subscriptionId: 'other' }),
    ].map(({ id }) => id);

    expect([ids[0] === ids[1], ids[0] === ids[2]]).toEqual([true, false]);
  });
});
