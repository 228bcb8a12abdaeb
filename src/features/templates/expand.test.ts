import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { expandTemplate } from './expand.ts';
import { secureParameters } from './parameters.ts';

const SUBSCRIPTION = '00000000-0000-4000-8000-000000000001';
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;

function expand(template: object, parameters: Record<string, unknown> = {}) {
  return expandTemplate(template as Parameters<typeof expandTemplate>[0], {
    parameters: parameters as NonNullable<Parameters<typeof expandTemplate>[1]['parameters']>,
    scope: { kind: 'resourceGroup', subscriptionId: SUBSCRIPTION, resourceGroup: 'rg' },
    surroundings: { resourceGroup: { location: 'westeurope', tags: { owner: 'ops' } } },
    utcNow: '2026-01-31T10:00:00Z',
  });
}

function value(expression: unknown, rest: object = {}): unknown {
  const thing = { type: 'A.b/c', apiVersion: '1', name: 'n', properties: { value: expression } };
  const { resources, problems } = expand({ ...rest, resources: [thing] });
  if (problems.length > 0) return problems;
  const { value: found } = Object(resources[0]?.document.properties);
  return found;
}

describe('expressions', () => {
  const functions = [
    {
      namespace: 'contoso',
      members: {
        twice: {
          parameters: [{ name: 'text', type: 'string' }],
          output: { type: 'string', value: "[concat(parameters('text'), parameters('text'))]" },
        },
      },
    },
  ];

  test.each([
    ['[resourceGroup().location]', 'westeurope'],
    ['[resourceGroup().tags.OWNER]', 'ops'],
    ['[subscription().subscriptionId]', SUBSCRIPTION],
    ["[resourceId('A.b/c/d', 'x', 'y')]", `${GROUP}/providers/A.b/c/x/d/y`],
    [
      "[resourceId('other', 'A.b/c', 'x')]",
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/other/providers/A.b/c/x`,
    ],
    ["[subscriptionResourceId('A.b/c', 'x')]", `/subscriptions/${SUBSCRIPTION}/providers/A.b/c/x`],
    [
      "[extensionResourceId(resourceId('A.b/c', 'x'), 'D.e/f', 'y')]",
      `${GROUP}/providers/A.b/c/x/providers/D.e/f/y`,
    ],
    ["[tenantResourceId('A.b/c', 'x')]", '/providers/A.b/c/x'],
    ["[if(true(), 'a', fail())]", 'a'],
    ["[and(false(), less('a', 1))]", false],
    ["[contoso.twice('ab')]", 'abab'],
    ["[map(createArray(1, 2), lambda('x', add(lambdaVariables('x'), 1)))]", [2, 3]],
    ["[filter(createArray(1, 2, 3), lambda('x', greater(lambdaVariables('x'), 1)))]", [2, 3]],
    [
      "[reduce(createArray(1, 2), 0, lambda('sum', 'x', add(lambdaVariables('sum'), lambdaVariables('x'))))]",
      3,
    ],
    [
      "[sort(createArray('b', 'a'), lambda('x', 'y', less(lambdaVariables('x'), lambdaVariables('y'))))]",
      ['a', 'b'],
    ],
    ["[toObject(createArray('a'), lambda('x', lambdaVariables('x')))]", { a: 'a' }],
    ["[mapValues(createObject('a', 1), lambda('x', add(lambdaVariables('x'), 1)))]", { a: 2 }],
    ["[dateTimeAdd('2026-01-31T00:00:00Z', 'P1D')]", '2026-02-01T00:00:00Z'],
    ["[dateTimeToEpoch('1970-01-01T00:01:00Z')]", 60],
    ['[dateTimeFromEpoch(60)]', '1970-01-01T00:01:00Z'],
    ["[utcNow('yyyy-MM-dd')]", '2026-01-31'],
    ['[[not an expression]', '[not an expression]'],
    ['[environment().suffixes.storage]', 'core.windows.net'],
    ["[length(createArray(reference('x').id, 'b'))]", 2],
  ])('%s', (expression, expected) => {
    expect(value(expression, { functions })).toEqual(expected);
  });

  it('keeps what only the deployment knows as its expression, and says where', () => {
    const properties = { key: "[listKeys('x', '1').keys[0]]", list: ["[reference('y').id]"], plain: 1 };

    const { resources } = expand({ resources: [{ type: 'A.b/c', apiVersion: '1', name: 'n', properties }] });

    expect(resources[0]?.document.properties).toEqual(properties);
    expect(resources[0]?.unknown).toEqual(['properties.key', 'properties.list[0]']);
  });

  test.each([
    ["[parameters('no')]", 'declares no parameter "no"'],
    ["[variables('round')]", 'made of itself'],
    ['[nothing()]', 'no function nothing()'],
    ['[concat(', 'expected'],
    ["[copyIndex('x')]", 'outside of that loop'],
    ['[dateTimeFromEpoch(99999999999999)]', 'out of range'],
    ["[resourceId('A.b/c/d', 'x')]", 'needs 2 names'],
    ["[createObject('a', 1).b]", 'no property'],
  ])('%s is a problem with its path', (expression, reason) => {
    const rest = { variables: { round: "[variables('round')]" } };

    const problems = value(expression, rest) as { path: string; reason: string }[];

    if (expression.endsWith('(')) return expect(problems).toEqual(expression);
    expect(problems).toEqual([
      { path: expect.stringContaining('$.'), reason: expect.stringContaining(reason) },
    ]);
  });
});

describe('resources', () => {
  it('come once for each turn of a loop, with loops in properties and variables', () => {
    const template = {
      variables: { copy: [{ name: 'names', count: 2, input: "[concat('disk', copyIndex('names'))]" }] },
      resources: [
        {
          type: 'A.b/c',
          apiVersion: '1',
          name: "[concat('vm', copyIndex(1))]",
          copy: { name: 'machines', count: 2 },
          tags: { "[concat('turn', copyIndex())]": 'x' },
          properties: {
            copy: [
              {
                name: 'disks',
                count: 2,
                input: { lun: "[copyIndex('disks')]", of: "[copyIndex('machines')]" },
              },
            ],
            names: "[variables('names')]",
          },
        },
      ],
    };

    const { resources, problems } = expand(template);

    expect(problems).toEqual([]);
    expect(resources.map(({ id }) => id)).toEqual([
      `${GROUP}/providers/A.b/c/vm1`,
      `${GROUP}/providers/A.b/c/vm2`,
    ]);
    expect(resources[1]?.document).toMatchObject({
      name: 'vm2',
      tags: { turn1: 'x' },
      properties: {
        disks: [
          { lun: 0, of: 1 },
          { lun: 1, of: 1 },
        ],
        names: ['disk0', 'disk1'],
      },
    });
  });

  it('are left out where their condition does not hold, and children stand below their parent', () => {
    const child = { type: 'd', apiVersion: '1', name: 'y', properties: {} };
    const extension = { type: 'D.e/f', apiVersion: '1', name: 'z', scope: 'A.b/c/x' };
    const base = { type: 'A.b/c', apiVersion: '1', properties: {} };

    const { resources, problems } = expand({
      resources: [
        { ...base, name: 'x', resources: [child] },
        { ...base, name: 'never', condition: "[equals('a', 'b')]" },
        { type: 'A.b/c/d', apiVersion: '1', name: 'x/w' },
        extension,
      ],
    });

    expect(problems).toEqual([]);
    expect(resources.map(({ id }) => id.slice(GROUP.length))).toEqual([
      '/providers/A.b/c/x',
      '/providers/A.b/c/x/d/y',
      '/providers/A.b/c/x/d/w',
      '/providers/A.b/c/x/providers/D.e/f/z',
    ]);
    expect(resources[1]?.document).toMatchObject({ name: 'y', type: 'A.b/c/d' });
  });

  it('of nested deployments see the parameters of their scope; outputs are known beside', () => {
    const nested = (scope: string) => ({
      type: 'Microsoft.Resources/deployments',
      apiVersion: '1',
      name: `nested-${scope}`,
      resourceGroup: 'other',
      properties: {
        expressionEvaluationOptions: { scope },
        parameters: { name: { value: 'in' } },
        template: {
          parameters: { name: { type: 'string' } },
          resources: [{ type: 'A.b/c', apiVersion: '1', name: `[concat('${scope}-', parameters('name'))]` }],
          outputs: {
            id: { type: 'string', value: `[resourceId('A.b/c', parameters('name'))]` },
            none: { type: 'object', nullable: true, value: null },
          },
        },
      },
    });
    const reader = {
      type: 'A.b/c',
      apiVersion: '1',
      name: 'reader',
      properties: {
        id: "[reference('nested-inner').outputs.id.value]",
        none: "[reference('nested-inner').outputs.none.value]",
      },
    };

    const { resources, problems } = expand(
      { parameters: { name: { type: 'string' } }, resources: [reader, nested('inner'), nested('outer')] },
      { name: { value: 'out' } },
    );

    expect(problems).toEqual([]);
    expect(resources.map(({ id }) => id.split('/').at(-1))).toEqual(['reader', 'inner-in', 'outer-out']);
    expect(resources[0]?.document.properties).toEqual({
      id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/other/providers/A.b/c/in`,
      none: null,
    });
  });
});

describe('parameters', () => {
  const template = {
    parameters: {
      size: { type: 'string', allowedValues: ['S', 'M'] },
      count: { type: 'int', defaultValue: 2, minValue: 1, maxValue: 3 },
      secret: { type: 'secureString', defaultValue: 'x' },
    },
    resources: [],
    outputs: {
      size: { type: 'string', value: "[parameters('size')]" },
      secret: { type: 'secureString', value: "[parameters('secret')]" },
    },
  };

  test.each([
    [{}, ['parameters.size']],
    [{ size: { value: 'L' } }, ['parameters.size']],
    [{ size: { value: 'S' }, count: { value: 9 } }, ['parameters.count']],
    [
      { size: { value: 'S' }, count: { value: 'two' }, more: { value: 1 } },
      ['parameters.count', 'parameters.more'],
    ],
    [{ size: { value: 'S' }, secret: { reference: { keyVault: { id: 'x' }, secretName: 'y' } } }, []],
  ])('%j', (given, paths) => {
    const { problems } = expand(template, given);

    expect(problems.map(({ path }) => path)).toEqual(paths);
  });

  it('that are secure are named, and outputs hold none', () => {
    const { outputs } = expand(template, { size: { value: 'S' } });

    expect([...secureParameters(template)]).toEqual(['secret']);
    expect(outputs).toEqual({ size: 'S' });
  });
});

describe('any input', () => {
  it('ends in resources or problems, never in a crash', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom("[parameters('a')]", '[copyIndex()]', '[a.b.c()]', "[concat('"),
    );
    const json = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any')),
        fc.dictionary(
          fc.constantFrom(
            'type',
            'name',
            'apiVersion',
            'copy',
            'count',
            'input',
            'properties',
            'resources',
            'template',
            'condition',
            'scope',
          ),
          tie('any'),
        ),
      ),
    })).any;

    fc.assert(
      fc.property(json, json, json, (resources, parameters, variables) => {
        const result = expand({ resources, parameters, variables } as object);

        expect(Array.isArray(result.resources) && Array.isArray(result.problems)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('that grows without end is refused at once', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [
        `v${i}`,
        i === 0 ? 'x' : `[createArray(variables('v${i - 1}'), variables('v${i - 1}'))]`,
      ]),
    );
    const loop = (input: unknown) => ({ copy: [{ name: 'list', count: 800, input }] });
    const nested = { type: 'A.b/c', apiVersion: '1', name: 'n', properties: loop(loop(loop('x'))) };

    const startedAt = performance.now();
    const shared = value("[variables('v59')]", { variables: doubling });
    const { problems } = expand({ resources: [nested] });

    expect(shared).toMatchObject([{ reason: expect.stringContaining('nodes') }]);
    expect(problems).toMatchObject([{ reason: expect.stringContaining('too much work') }]);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  test.each([
    ['no resources', {}],
    [
      'too many turns',
      { resources: [{ type: 'A.b/c', name: 'x', apiVersion: '1', copy: { name: 'l', count: 801 } }] },
    ],
    [
      'a linked template',
      {
        resources: [
          {
            type: 'Microsoft.Resources/deployments',
            name: 'x',
            apiVersion: '1',
            properties: { templateLink: {} },
          },
        ],
      },
    ],
  ])('%s is a problem', (_, template) => {
    expect(expand(template).problems).toHaveLength(1);
  });
});
