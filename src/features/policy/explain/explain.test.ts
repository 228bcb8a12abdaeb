import { describe, expect, test } from 'vitest';
import { aliasesFromMap } from '../aliases/fromMap.ts';
import { auditIf, compiled, ruleWith } from '../testKit.ts';
import { explain } from './explain.ts';
import { trace } from './trace.ts';

const aliases = aliasesFromMap({
  'A/b/tls': 'properties.minimumTls',
  'A/b/rules[*]': 'properties.rules[*]',
  'A/b/rules[*].access': 'properties.rules[*].properties.access',
});
const resource = {
  type: 'A/b',
  name: 'thing',
  location: 'eastus',
  properties: {
    minimumTls: '1.0',
    rules: [
      { properties: { access: 'Allow' } },
      { properties: { access: 'Deny' } },
      { properties: { access: 'Allow' } },
    ],
  },
};
const type = { field: 'type', equals: 'A/b' };

function changesFor(condition: unknown, document: unknown = resource) {
  const { changes } = explain(compiled(auditIf({ allOf: [type, condition] }), { aliases }), {
    resource: document,
  });
  return changes?.map(({ action, property, to }) => [action, property, to]);
}

describe('traces', () => {
  test('say leaf by leaf what was asked, where, and what was there', () => {
    const policy = compiled(auditIf({ allOf: [type, { field: 'A/b/tls', notEquals: '1.2' }] }), { aliases });

    const traced = trace(policy, { resource });

    expect(traced.trace).toMatchObject({
      kind: 'allOf',
      result: true,
      of: [
        { subject: 'type', result: true },
        {
          path: '$.policyRule.if.allOf[1]',
          subject: 'A/b/tls',
          property: 'properties.minimumTls',
          operator: 'notEquals',
          expected: '1.2',
          actual: '1.0',
          result: true,
        },
      ],
    });
  });

  test('stop where the evaluation did', () => {
    const policy = compiled(
      auditIf({
        allOf: [
          { field: 'kind', equals: 'x' },
          { field: 'name', equals: 'y' },
        ],
      }),
    );

    const traced = trace(policy, { resource });

    expect(traced.trace).toMatchObject({ result: false, of: [{ subject: 'kind' }] });
    expect(traced.trace?.kind === 'allOf' && traced.trace.of).toHaveLength(1);
  });
});

describe('the smallest set of changes', () => {
  test.each([
    ['the wanted value', { field: 'A/b/tls', notEquals: '1.2' }, [['set', 'properties.minimumTls', '1.2']]],
    ['one of several', { field: 'location', notIn: ['west', 'north'] }, [['set', 'location', 'west']]],
    [
      'a missing tag',
      { field: "tags['cost.center']", exists: false },
      [['set', "tags['cost.center']", 'value']],
    ],
    [
      'the opposite word',
      { field: 'A/b/rules[*].access', notEquals: 'x' },
      [['set', 'properties.rules[0].properties.access', 'x']],
    ],
    [
      'the cheapest part of allOf',
      {
        allOf: [
          {
            anyOf: [
              { field: 'kind', exists: false },
              { field: 'tags.a', exists: false },
            ],
          },
          { field: 'A/b/tls', like: '1.*' },
        ],
      },
      [['set', 'properties.minimumTls', 'other than 1.0']],
    ],
    [
      'all parts of anyOf',
      {
        anyOf: [
          { field: 'tags.a', exists: false },
          { field: 'tags.b', exists: false },
        ],
      },
      [
        ['set', 'tags.a', 'value'],
        ['set', 'tags.b', 'value'],
      ],
    ],
    [
      'members that are counted',
      {
        count: { field: 'A/b/rules[*]', where: { field: 'A/b/rules[*].access', equals: 'Allow' } },
        greater: 0,
      },
      [
        ['set', 'properties.rules[0].properties.access', 'Deny'],
        ['set', 'properties.rules[2].properties.access', 'Deny'],
      ],
    ],
    [
      'a value that several conditions ask for',
      {
        anyOf: [
          { field: 'kind', exists: false },
          { field: 'kind', notEquals: 'x' },
          { field: 'tags.a', exists: false },
        ],
      },
      [
        ['set', 'kind', 'x'],
        ['set', 'tags.a', 'value'],
      ],
    ],
    [
      'members too few',
      { count: { field: 'A/b/rules[*]', where: { field: 'A/b/rules[*].access', equals: 'Audit' } }, less: 4 },
      [
        ['set', 'properties.rules[0].properties.access', 'Audit'],
        ['set', 'properties.rules[1].properties.access', 'Audit'],
        ['set', 'properties.rules[2].properties.access', 'Audit'],
        ['add', 'properties.rules', { properties: { access: 'Audit' } }],
      ],
    ],
    [
      'members too many by two',
      { count: { field: 'A/b/rules[*]' }, greater: 1 },
      [
        ['remove', 'properties.rules[0]', undefined],
        ['remove', 'properties.rules[1]', undefined],
      ],
    ],
    [
      'members too many',
      { count: { field: 'A/b/rules[*]' }, greater: 2 },
      [['remove', 'properties.rules[0]', undefined]],
    ],
    [
      'tags counted over values',
      {
        count: {
          value: ['a', 'b'],
          name: 't',
          where: { field: "[concat('tags[', current('t'), ']')]", exists: false },
        },
        greater: 0,
      },
      [
        ['set', 'tags.a', 'value'],
        ['set', 'tags.b', 'value'],
      ],
    ],
  ])('%s', (_, condition, wanted) => {
    const changes = changesFor(condition);

    expect(changes).toEqual(wanted);
  });

  test('is nothing where no change to the resource helps', () => {
    const changes = changesFor({ value: true, equals: true });

    expect(changes).toBeUndefined();
  });

  test('of …IfNotExists is the resource to create', () => {
    const details = { type: 'C/d', name: 'x', existenceCondition: { field: 'kind', equals: 'k' } };
    const policy = compiled(ruleWith(type, { effect: 'auditIfNotExists', details }));

    const { changes } = explain(policy, { resource, related: () => [] });

    expect(changes).toMatchObject([
      { action: 'create', property: 'C/d', requirement: 'named x that meets the existenceCondition' },
    ]);
  });
});

describe('the search of …IfNotExists', () => {
  test('is traced candidate by candidate', () => {
    const details = { type: 'C/d', existenceCondition: { field: 'kind', equals: 'k' } };
    const policy = compiled(ruleWith(type, { effect: 'auditIfNotExists', details }));
    const found = { type: 'C/d', name: 'other', kind: 'j' };

    const { related, sentence } = explain(policy, { resource, related: () => [found] });

    expect(related).toMatchObject({
      found: 1,
      candidates: [{ name: 'other', trace: { actual: 'j', expected: 'k', result: false } }],
    });
    expect(sentence).toContain('none of the 1 C/d found meets the existenceCondition');
  });
});

describe('sentences', () => {
  const source = {
    displayName: 'TLS',
    mode: 'All',
    policyRule: auditIf({ allOf: [type, { field: 'A/b/tls', notEquals: '1.2' }] }),
  };

  test.each([
    [
      resource,
      'thing violates "TLS": A/b/tls is not "1.2" (it is "1.0"). To comply, set properties.minimumTls to "1.2".',
    ],
    [
      { ...resource, properties: { minimumTls: '1.2' } },
      'thing complies with "TLS": A/b/tls is "1.2" (it is "1.2").',
    ],
    [
      { ...resource, type: 'C/d' },
      '"TLS" does not apply to thing: the policy is about other resource types.',
    ],
  ])('%#', (document, wanted) => {
    const { sentence } = explain(compiled(source, { aliases }), { resource: document });

    expect(sentence).toBe(wanted);
  });
});
