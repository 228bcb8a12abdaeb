import { describe, expect, test } from 'vitest';
import { evaluateTemplate } from '../expressions/standalone.ts';
import { regorusSemantics } from '../semantics.ts';
import { functionNames } from './registry.ts';

const context = {
  utcNow: '2026-01-02T03:04:05Z',
  resourceGroup: { name: 'rg', tags: { Env: 'prod' } },
  subscription: { subscriptionId: 'sub' },
  policy: { assignmentId: '/a' },
  requestContext: { apiVersion: '2024-01-01' },
};

function value(expression: string) {
  const result = evaluateTemplate(expression, {
    context,
    parameters: { list: [1, 'two', null], text: "it's", object: { A: { b: 1 } } },
  });
  return result.kind === 'value' ? result.value : result;
}

/** Family by family: expression and value, as Azure's own implementation gives it. */
const values: [string, unknown][] = [
  ["[concat('a', 1, true(), null(), 'b')]", 'a1Trueb'],
  ['[concat(createArray(1), createArray(2, 3))]', [1, 2, 3]],
  [
    "[format('{0,5}|{1:N1}|{2:X2}|{{}}|{3}', 'a', 1234.56, 10, createObject('k', 'v'))]",
    "    a|1,234.6|0A|{}|{'k':'v'}",
  ],
  ["[padLeft(7, 3, '0')]", '007'],
  ["[replace('aXbx', 'x', '-')]", 'a-b-'],
  ["[toUpper('é')]", 'É'],
  ["[toUpper('straße ı')]", 'STRAßE ı'],
  ["[toLower('İX')]", 'İx'],
  ["[split('a;b,c', createArray(';', ','))]", ['a', 'b', 'c']],
  ["[join(createArray('a', 'b'), '-')]", 'a-b'],
  ["[substring('abcdef', 2)]", 'cdef'],
  ["[substring('abcdef', 2, 2)]", 'cd'],
  ["[indexOf('Straße', 'SSE')]", 4],
  ["[lastIndexOf('abAB', 'ab')]", 2],
  ["[indexOf(createArray('a', 'b'), 'b')]", 1],
  ["[startsWith('ABC', 'ab')]", true],
  ["[endsWith('ABC', 'bc')]", true],
  ["[string(createObject('a', 1))]", '{"a":1}'],
  ['[div(-7, 2)]', -3],
  ['[mod(-7, 2)]', -1],
  ['[max(createArray(1, 5, 3))]', 5],
  ["[int('-42')]", -42],
  ["[float('1e3')]", 1000],
  ['[range(3, 2)]', [3, 4]],
  ['[length(null())]', 0],
  ["[empty('')]", true],
  ['[first(createArray())]', null],
  ["[last('abc')]", 'c'],
  ["[take('abc', 2)]", 'ab'],
  ['[skip(createArray(1, 2, 3), 5)]', []],
  ['[coalesce(null(), false())]', false],
  [
    "[union(createObject('a', createObject('x', 1)), createObject('A', createObject('y', 2)))]",
    { a: { x: 1, y: 2 } },
  ],
  ['[flatten(createArray(createArray(1, 2), createArray(createArray(3)), 4))]', [1, 2, [3], 4]],
  ['[intersection(createArray(1, 2, 2, 3), createArray(3, 2))]', [2, 3]],
  [
    "[items(createObject('b', 1, 'A', 2))]",
    [
      { key: 'A', value: 2 },
      { key: 'b', value: 1 },
    ],
  ],
  ["[objectKeys(createObject('b', 1, 'a', 2))]", ['a', 'b']],
  ["[tryGet(createObject('key', 1), 'KEY')]", 1],
  ["[tryGet('x', 'y')]", null],
  ['[json(\'{"a": [1]}\').a[0]]', 1],
  ["[base64ToString(base64('ü'))]", 'ü'],
  ["[uriComponent(' a/b')]", '%20a%2Fb'],
  ["[uriComponentToString('a+b%20c')]", 'a b c'],
  ["[uri('http://x.org/a/', 'b')]", 'http://x.org/a/b'],
  ["[dataUriToString('data:;base64,SGk=')]", 'Hi'],
  ["[less('a', 'B')]", true],
  ['[greaterOrEquals(2, 2.0)]', true],
  ["[equals(createObject('a', 1, 'b', 2), createObject('b', 2, 'a', 1))]", true],
  ["[contains(createObject('Key', 1), 'key')]", true],
  ["[contains('ABC', 'b')]", true],
  ['[if(true(), 1, div(1, 0))]', 1],
  ['[and(true(), not(false()))]', true],
  ["[bool('TRUE')]", true],
  ["[guid('a', 'b', 'c')]", 'a98fa280-e03f-5afa-8d8e-92d0a9c201e8'],
  ["[uniqueString('/subscriptions/00000000-0000-0000-0000-000000000000', 'resource-id')]", 'cwvxuqg24sifi'],
  ["[addDays('2024-02-28T00:00:00.5Z', 2)]", '2024-03-01T00:00:00.5000000Z'],
  ['[utcNow()]', '2026-01-02T03:04:05.0000000Z'],
  ["[ipRangeContains('2001:db8::-2001:db8::ff', '2001:db8::10')]", true],
  ["[ipRangeContains('10.0.0.0/8', '10.1.0.0-10.2.0.0')]", true],
  ["[cidrSubnet('10.0.0.0/16', 24, 3)]", '10.0.3.0/24'],
  ["[cidrHost('10.0.0.0/24', 4)]", '10.0.0.5'],
  ["[parseCidr('fd00::/64').network]", 'fd00::'],
  ['[indexFromEnd(createArray(1, 2, 3), 1)]', 3],
  ["[RESOURCEGROUP().tags['env']]", 'prod'],
  ['[subscription().subscriptionId]', 'sub'],
  ['[resourceGroup().managedBy]', ''],
  ["[subscription().tags['none']]", ''],
  ['[policy().assignmentId]', '/a'],
  ['[requestContext().apiVersion]', '2024-01-01'],
  ["[parameters('list')[1]]", 'two'],
  ["[parameters('OBJECT').a.B]", 1],
  ["[concat('it''s', ' ok')]", "it's ok"],
  ['[[not an expression]', '[not an expression]'],
  ['[not closed', '[not closed'],
];

describe('template functions', () => {
  test.each(values)('%s', (expression, expected) => {
    const result = value(expression);

    expect(result).toEqual(expected);
  });

  test.each([
    "[substring('ab', 1, 5)]",
    '[div(1, 0)]',
    '[add(1, 2.5)]',
    "[less(1, 'a')]",
    "[if('yes', 1, 2)]",
    "[padLeft('a', 17)]",
    "[ipRangeContains('10.0.0.0/8', 'fd00::1')]",
    "[ipRangeContains('10.0.0.0/33', '10.0.0.1')]",
    "[createObject('a', 1, 'a', 2)]",
    "[parameters('list')[9]]",
    "[addDays('2024-01-01', 1)]",
    "[base64ToString('!')]",
    "[json('{')]",
    "[json('1e400')]",
    "[tryGet(createObject('a', createObject()), 'a', 'b')]",
    '[mul(9007199254740991, 2)]',
    "[replace('a', '', 'b')]",
    "[format('{2}', 1)]",
    '[concat(createObject())]',
  ])('%s fails and says which expression did', (expression) => {
    const result = value(expression);

    expect(result).toMatchObject({ kind: 'fault', fault: { kind: 'error', subject: expression } });
  });

  test.each([
    ["[tolwer('a')]", 'unknownFunction', 'toLower'],
    ["[resourceId('a')]", 'unavailableFunction', undefined],
    ["[listKeys('a', 'b')]", 'unavailableFunction', undefined],
    ['[toLower()]', 'argumentCount', undefined],
    ["[toLower('a', 'b')]", 'argumentCount', undefined],
    ["[concat('a']", 'expression', undefined],
    ["[concat('a)]", 'expression', undefined],
    ['[concat(#)]', 'expression', undefined],
    ['[current()]', 'expression', undefined],
    ["[utcNow('d')]", 'argumentCount', undefined],
  ])('%s does not compile: %s', (expression, kind, nearest) => {
    const result = value(expression);

    expect(result).toMatchObject({
      kind: 'problems',
      problems: [{ kind, path: '$', ...(nearest ? { nearest } : {}) }],
    });
  });

  test('what the context lacks is named', () => {
    const result = evaluateTemplate('[requestContext().identity.appid]', { context: { requestContext: {} } });

    expect(result).toMatchObject({
      fault: { kind: 'needsData', subject: 'context.requestContext.identity' },
    });
  });

  test('regorus gives no value where a function fails', () => {
    const result = evaluateTemplate("[int('x')]", { semantics: regorusSemantics });

    expect(result).toEqual({ kind: 'value', value: undefined });
  });

  test('the library holds what the policy team lists, and the functions of policy rules', () => {
    const names = functionNames();

    expect(names.length).toBeGreaterThanOrEqual(67 + 6);
    expect(names).toContain('requestContext');
  });
});
