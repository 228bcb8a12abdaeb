import { describe, expect, it } from 'vitest';
import { PolicyState } from './azure.ts';
import { ourReason, theirReason } from './reasons.ts';

/** As `PolicyStates_QueryResourceScopeExpandPolicyEvaluationDetails` of the specification has it. */
function state(details: unknown): PolicyState {
  return PolicyState.parse({
    resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ClassicCompute/domainNames/d',
    policyAssignmentId: '/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/test',
    policyDefinitionAction: 'auditifnotexists',
    complianceState: 'NonCompliant',
    policyEvaluationDetails: details,
  });
}

describe('Azure’s reason', () => {
  it('has each expression with its value and target, and the resources that were looked for', () => {
    const reason = theirReason(
      state({
        evaluatedExpressions: [
          {
            result: 'True',
            expression: 'tags',
            path: 'tags',
            expressionValue: {},
            targetValue: 'global-opco',
            operator: 'NotContainsKey',
          },
        ],
        ifNotExistsDetails: { resourceId: '/subscriptions/s', totalResources: 1 },
      }),
    );

    expect(reason?.conditions).toEqual([
      {
        condition: 'tags',
        field: 'tags',
        path: 'tags',
        operator: 'NotContainsKey',
        expected: 'global-opco',
        actual: {},
        result: true,
      },
    ]);
    expect(reason?.related).toBe(1);
    expect(reason?.sentence).toBe(
      'Azure Policy says NonCompliant, effect auditifnotexists: tags NotContainsKey "global-opco" is true (it is {}), 1 related resources were looked at',
    );
  });

  it('is none where Azure does not give details, and what is not as documented counts as not said', () => {
    expect(theirReason(state(undefined))).toBeUndefined();
    expect(theirReason(state('what?'))).toBeUndefined();
    expect(theirReason(state({ evaluatedExpressions: 7, ifNotExistsDetails: 'x' }))).toMatchObject({
      conditions: [],
      related: null,
    });
    expect(
      theirReason(state({ evaluatedExpressions: [{ result: 4, operator: null }] }))?.conditions[0],
    ).toMatchObject({ operator: '', result: false });
  });
});

describe('our reason', () => {
  it('has the leaves of the trace, in their order, with values of a bounded length', () => {
    const leaf = (subject: string, actual: unknown) => ({
      kind: 'leaf',
      path: `if.allOf[0].${subject}`,
      subject,
      property: `properties.${subject}`,
      operator: 'equals',
      expected: true,
      actual,
      result: false,
    });
    const trace = {
      kind: 'allOf',
      path: 'if',
      result: false,
      of: [leaf('a', 'x'.repeat(5000)), { kind: 'not', path: 'n', result: true, of: [leaf('b', undefined)] }],
    };
    const reason = ourReason({
      assignmentId: '/a',
      referenceId: null,
      sentence: 'st complies',
      trace,
      related: { found: 2 },
    });

    expect(reason.conditions.map(({ field, path }) => [field, path])).toEqual([
      ['a', 'properties.a'],
      ['b', 'properties.b'],
    ]);
    expect(String(reason.conditions[0]?.actual)).toHaveLength(2001);
    expect([reason.sentence, reason.related]).toEqual(['st complies', 2]);
  });
});
