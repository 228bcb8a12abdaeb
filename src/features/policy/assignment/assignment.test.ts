import { describe, expect, test } from 'vitest';
import { evaluate } from '../evaluation/evaluate.ts';
import { auditIf, compiled } from '../testKit.ts';
import type { Exemption } from './exemptions.ts';
import { overriddenEffect } from './overrides.ts';
import { selectorsMatch } from './selectors.ts';

describe('exemptions', () => {
  const waiver: Exemption = { category: 'waiver' };

  test.each([
    ['without end', waiver, 'exempt'],
    ['before the end', { ...waiver, expiresOn: '2026-02-01T00:00:00Z' }, 'exempt'],
    ['at the end', { ...waiver, expiresOn: '2026-01-01T00:00:00Z' }, 'nonCompliant'],
    ['for this member', { ...waiver, policyDefinitionReferenceIds: ['REF'] }, 'exempt'],
    ['for another member', { ...waiver, policyDefinitionReferenceIds: ['other'] }, 'nonCompliant'],
  ])('%s', (_, exemption, state) => {
    const policy = compiled(auditIf({ field: 'name', exists: true }));
    const context = { utcNow: '2026-01-01T00:00:00Z', policy: { definitionReferenceId: 'ref' } };

    const outcome = evaluate(policy, {
      resource: { type: 'A/b', name: 'n' },
      context,
      exemptions: [exemption],
    });

    expect(outcome.state).toBe(state);
  });
});

describe('selectors', () => {
  const of = { type: 'A/b', location: 'East US', definitionReferenceId: 'ref' };

  test.each([
    ['no groups select all', [], true],
    ['location in any form', [{ selectors: [{ kind: 'resourceLocation', in: ['eastus'] }] }], true],
    [
      'all selectors of a group',
      [
        {
          selectors: [
            { kind: 'resourceType', in: ['a/B'] },
            { kind: 'resourceLocation', notIn: ['eastus'] },
          ],
        },
      ],
      false,
    ],
    [
      'any group',
      [
        { selectors: [{ kind: 'resourceType', in: ['x'] }] },
        { selectors: [{ kind: 'resourceType', notIn: ['x'] }] },
      ],
      true,
    ],
    ['without location', [{ selectors: [{ kind: 'resourceWithoutLocation', in: ['true'] }] }], false],
    ['an unknown kind', [{ selectors: [{ kind: 'mood', in: ['good'] }] }], false],
  ])('%s', (_, groups, selected) => {
    const matched = selectorsMatch(groups, of);

    expect(matched).toBe(selected);
  });

  test('overrides: the first that matches gives the effect', () => {
    const overrides = [
      {
        kind: 'policyEffect',
        value: 'disabled',
        selectors: [{ kind: 'policyDefinitionReferenceId', in: ['other'] }],
      },
      { kind: 'policyEffect', value: 'audit', selectors: [{ kind: 'resourceLocation', in: ['eastus'] }] },
      { kind: 'policyEffect', value: 'deny' },
    ];

    const effects = [
      overriddenEffect(overrides, of),
      overriddenEffect(overrides, { type: 'A/b' }),
      overriddenEffect([], of),
    ];

    expect(effects).toEqual(['audit', 'deny', undefined]);
  });
});
