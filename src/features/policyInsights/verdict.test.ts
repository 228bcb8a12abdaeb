import { describe, expect, it } from 'vitest';
import { isPolicyStateEvent, PolicyState, PolicyStateEvent } from './azure.ts';
import { compare, type Ours, pairKey, toAgreement, toTheirs } from './verdict.ts';

const SUBSCRIPTION = '/subscriptions/fffedd8f-ffff-fffd-fffd-fffed2f84852';
/** As in the specification's example, "Query latest at subscription level policy assignment scope". */
const example = {
  '@odata.id': null,
  complianceState: 'NonCompliant',
  effectiveParameters: null,
  isCompliant: false,
  policyAssignmentId: `${SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/ec8f9645`,
  policyDefinitionAction: 'audit',
  policyDefinitionId: `${SUBSCRIPTION}/providers/Microsoft.Authorization/policyDefinitions/c8b79b49`,
  policyDefinitionReferenceId: '2124621540977569058',
  policySetDefinitionOwner: null,
  resourceId: `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/ip`,
  timestamp: '2019-10-13T00:45:19Z',
};
const theirs = (change: object = {}) => toTheirs(PolicyState.parse({ ...example, ...change }));
const ours = (state: string): Ours => ({ ...theirs(), state });

describe('a verdict of Azure’s', () => {
  it('is read from the specification’s example, and with all but its names missing', () => {
    expect(theirs()).toMatchObject({
      state: 'NonCompliant',
      effect: 'audit',
      referenceId: '2124621540977569058',
    });
    expect(theirs({ complianceState: null }).state).toBe('NonCompliant');
    expect(theirs({ complianceState: null, isCompliant: true }).state).toBe('Compliant');
    expect(
      theirs({ complianceState: undefined, isCompliant: undefined, policyDefinitionReferenceId: '' }),
    ).toMatchObject({ state: 'Unknown', referenceId: null });
    expect(theirs({ complianceState: 'conflict' }).state).toBe('Conflict');
    expect(theirs({ complianceState: 'Pending' }).state).toBe('Pending');
    expect(PolicyState.safeParse({ complianceState: 'Compliant' }).success).toBe(false);
    const unreferenced = { policyDefinitionReferenceId: null, policySetDefinitionId: '/set' };
    expect(theirs({ ...unreferenced, policyDefinitionId: '/one' }).referenceId).toBe('/one');
  });

  it('meets ours by resource, assignment and reference, in any case', () => {
    const shouted = {
      ...theirs(),
      resourceId: example.resourceId.toUpperCase(),
      assignmentId: example.policyAssignmentId.toUpperCase(),
    };

    expect(pairKey(shouted)).toBe(pairKey(theirs()));
    expect(pairKey(theirs({ policyDefinitionReferenceId: 'other' }))).not.toBe(pairKey(theirs()));
  });
});

describe('side by side', () => {
  it.each([
    ['NonCompliant', 'nonCompliant', 'agree'],
    ['Compliant', 'compliant', 'agree'],
    ['Exempt', 'exempt', 'agree'],
    ['Compliant', 'nonCompliant', 'disagree'],
    ['Exempt', 'nonCompliant', 'disagree'],
    ['Unknown', 'compliant', 'ours_only'],
    ['NotStarted', 'nonCompliant', 'ours_only'],
    ['Conflict', 'compliant', 'ours_only'],
    ['Compliant', 'needsData', 'theirs_only'],
    ['NonCompliant', 'error', 'theirs_only'],
    ['Error', 'error', 'theirs_only'],
  ])('%s and %s: %s', (their, our, verdict) => {
    expect(compare(theirs({ complianceState: their }), ours(our))).toBe(verdict);
  });

  it('one side may be missing', () => {
    expect(toAgreement(theirs(), theirs(), undefined)).toMatchObject({ verdict: 'theirs_only', ours: null });
    expect(toAgreement(theirs(), undefined, ours('compliant'))).toMatchObject({
      verdict: 'ours_only',
      theirs: null,
    });
  });
});

describe('events of Policy Insights', () => {
  it('are known in both schemas, and no others', () => {
    const data = { subscriptionId: 's', complianceState: 'Compliant' };
    const grid = PolicyStateEvent.parse({
      id: '1',
      eventType: 'Microsoft.PolicyInsights.PolicyStateChanged',
      data,
    });
    const cloud = PolicyStateEvent.parse({
      id: '1',
      type: 'Microsoft.PolicyInsights.PolicyStateDeleted',
      data,
    });

    expect(
      [grid.type, cloud.type, 'Microsoft.PolicyInsights.PolicyStateCreated'].every(isPolicyStateEvent),
    ).toBe(true);
    expect(isPolicyStateEvent('Microsoft.Resources.ResourceWriteSuccess')).toBe(false);
  });
});
