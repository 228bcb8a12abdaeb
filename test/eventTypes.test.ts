import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { AzureBudget } from '#features/cost/azure.ts';
import { toCrossed } from '#features/cost/budgets/events.ts';
import { toBudget } from '#features/cost/budgets/record.ts';
import { toEvents, toGroundEvent } from '#features/governance/events.ts';
import type { GovernanceChange } from '#features/governance/model.ts';
import { AvailabilityStatus, ServiceEvent } from '#features/monitor/health/azure.ts';
import { toServiceIssue, toUnavailable } from '#features/monitor/health/events.ts';
import { toHealth, toServiceEvent } from '#features/monitor/health/record.ts';
import { Alert } from '#features/security/azure.ts';
import { alertCreation } from '#features/security/events.ts';
import { alertRowKey, toAlert } from '#features/security/mapping/alert.ts';
import { listEventTypes } from '#features/webhooks/eventTypes.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const SUBSCRIPTION = '22222222-2222-4222-8222-222222222222';

/** What is wrong with the data of an event, by the schema that `GET /event-types` shows. */
function problemsOf({ type, data }: { type: string; data: unknown }): unknown {
  const entry = listEventTypes().data.find(({ name }) => name === type);
  if (!entry) return `no such type: ${type}`;
  const schema = z.fromJSONSchema(entry.schema);
  return schema.safeParse({ ...entry.example, event_type: type, data }).error?.issues;
}

describe('the events that are raised have a type in the catalogue, and the data that it describes', () => {
  it('those of governance', () => {
    const scope = `/subscriptions/${SUBSCRIPTION}`;
    const common = { id: 'x_1', name: 'x', scope, policyAssignmentId: `${scope}/a` };
    const kinds = ['definition', 'initiative', 'assignment', 'exemption'] as const;
    const changes = kinds.map((kind) => ({ kind, change: 'created', record: common }));

    const events = toEvents(changes as unknown as GovernanceChange[], {
      tenantId: TENANT,
      number: 1,
      revision: '1',
      at: new Date(0),
    });

    expect(events.map(({ type }) => type)).toEqual([
      'PolicyDefinitionChanged',
      'PolicyInitiativeChanged',
      'PolicyAssignmentChanged',
      'PolicyExemptionChanged',
    ]);
    expect(events.map(problemsOf)).toEqual(Array(4).fill(undefined));
    const moment = { tenantId: TENANT, number: 2, revision: '2', at: new Date(0) };
    for (const type of ['PolicyAliasesRefreshed', 'ManagementGroupsChanged'] as const)
      expect(problemsOf(toGroundEvent(type, moment))).toBeUndefined();
  });

  it('those of alerts, also of one that says as good as nothing', () => {
    const id = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Security/locations/westeurope/alerts/1`;
    const events = [{ startTimeUtc: '2026-01-01T00:00:00Z', severity: 'High' }, {}].flatMap((properties) => {
      const alert = toAlert(Alert.parse({ id, properties }));
      const place = { tenantId: TENANT, subscriptionId: SUBSCRIPTION, rowKey: alertRowKey(alert) };
      return [...alertCreation(alert, { ...place, at: new Date(0) }).events];
    });

    expect(events).toHaveLength(2);
    expect(events.map(problemsOf)).toEqual([undefined, undefined]);
  });

  it('those of health, also of what says as good as nothing', () => {
    const id = `/subscriptions/${SUBSCRIPTION}/x/providers/Microsoft.ResourceHealth/availabilityStatuses/current`;
    const place = { tenantId: TENANT, subscriptionId: SUBSCRIPTION, at: new Date(0) };
    const event = { id: '/providers/Microsoft.ResourceHealth/events/VT1', name: 'VT1' };
    const events = [{}, { occuredTime: '2026-01-01T00:00:00Z', reasonType: 'Unplanned' }].flatMap(
      (properties) => {
        const record = toHealth(AvailabilityStatus.parse({ id, properties }));
        const issue = toServiceEvent(ServiceEvent.parse({ ...event, properties }));
        return [...(record ? [toUnavailable(record, place)] : []), toServiceIssue(issue, place)];
      },
    );

    expect(events).toHaveLength(4);
    expect(events.map(problemsOf)).toEqual(Array(4).fill(undefined));
  });

  it('those of budgets', () => {
    const id = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Consumption/budgets/team`;
    const place = { tenantId: TENANT, subscriptionId: SUBSCRIPTION, at: new Date(0) };
    const notifications = { one: { threshold: 80 }, two: { threshold: 100, thresholdType: 'Forecasted' } };
    const budgets = [{}, { amount: 100, currentSpend: { amount: 90, unit: 'EUR' } }].map((properties) =>
      toBudget(
        AzureBudget.parse({ id, name: 'team', properties: { ...properties, notifications } }),
        new Date(0),
      ),
    );
    const events = budgets.flatMap((budget) =>
      budget.thresholds.map((threshold) => toCrossed({ budget, threshold }, place)),
    );

    expect(events).toHaveLength(4);
    expect(events.map(problemsOf)).toEqual(Array(4).fill(undefined));
  });
});
