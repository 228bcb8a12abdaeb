import { describe, expect, test } from 'vitest';
import { evaluate } from '../evaluation/evaluate.ts';
import { ruleWith } from '../testKit.ts';
import { compileInitiative } from './initiative.ts';

const definition = {
  name: 'tag',
  properties: {
    parameters: { tag: { type: 'String' }, effect: { type: 'String', defaultValue: 'audit' } },
    policyRule: ruleWith(
      { field: "[concat('tags.', parameters('tag'))]", exists: false },
      { effect: "[parameters('effect')]" },
    ),
  },
};
const initiative = {
  id: '/set',
  properties: {
    displayName: 'Tags',
    parameters: { prefix: { type: 'String', defaultValue: 'cost' } },
    policyDefinitionGroups: [{ name: 'CIS_1' }],
    policyDefinitions: [
      {
        policyDefinitionId: '/tag',
        policyDefinitionReferenceId: 'owner',
        groupNames: ['CIS_1'],
        parameters: { tag: { value: 'owner' } },
      },
      {
        policyDefinitionId: '/tag',
        policyDefinitionReferenceId: 'cost',
        parameters: { tag: { value: "[concat(parameters('prefix'), '-center')]" } },
      },
    ],
  },
};
const definitionOf = (id: string) => (id === '/tag' ? definition : undefined);

describe('initiatives', () => {
  test('members are evaluated with their own and the assigned parameters', () => {
    const result = compileInitiative(initiative, { definitionOf });
    const members = result.ok ? result.initiative.members : [];

    const states = members.map((member) => {
      const bound = member.parametersFor({ prefix: 'profit' });
      const parameters = 'values' in bound ? bound.values : {};
      return evaluate(member.policy, {
        resource: { type: 'A/b', tags: { 'profit-center': 'x' } },
        parameters,
      }).state;
    });

    expect(states).toEqual(['nonCompliant', 'compliant']);
    expect(members.map((member) => member.groupNames)).toEqual([['CIS_1'], []]);
  });

  test('everything wrong with the members is reported', () => {
    const policyDefinitions = [
      { policyDefinitionId: '/none' },
      {
        policyDefinitionId: '/tag',
        policyDefinitionReferenceId: 'a',
        groupNames: ['CIS_2'],
        parameters: { tga: { value: '[oops(' } },
      },
      {
        policyDefinitionId: '/tag',
        policyDefinitionReferenceId: 'A',
        parameters: { tag: { value: '[concat(]' } },
      },
    ];
    const { policyDefinitionGroups } = initiative.properties;

    const { problems } = compileInitiative(
      { properties: { policyDefinitions, policyDefinitionGroups } },
      { definitionOf },
    );

    expect(problems.map(({ kind, nearest }) => [kind, nearest])).toEqual([
      ['structure', undefined],
      ['unknownParameter', 'tag'],
      ['parameter', undefined],
      ['structure', 'CIS_1'],
      ['duplicateKey', undefined],
      ['expression', undefined],
    ]);
  });
});
