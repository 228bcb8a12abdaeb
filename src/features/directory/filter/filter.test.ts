import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../resource.ts';
import { groupKind, userKind } from '../schemas/kind.ts';
import { compileFilter } from './compile.ts';
import { sortIds, sortKeyOf } from './sort.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const barbara: Json = {
  id: 'b',
  userName: 'BJensen',
  externalId: 'X1',
  active: true,
  name: { familyName: "O'Malley" },
  title: 'Vice "Prez" \\ ] and or',
  emails: [
    { type: 'work', value: 'b@example.com', primary: true },
    { type: 'home', value: 'b@home.org' },
  ],
  [ENTERPRISE]: { department: 'Tour', manager: { value: 'm1' } },
  meta: { lastModified: '2026-05-13T04:42:34.000Z' },
};

function find(filter: string, resource: Json = barbara): boolean {
  return compileFilter(userKind, filter).matches(resource);
}

describe('a filter', () => {
  it.each([
    ['userName eq "bjensen"', true],
    ['USERNAME Eq "bjensen"', true],
    ['externalId eq "x1"', false],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "BJ"', true],
    [`${ENTERPRISE}:department eq "tour"`, true],
    [`${ENTERPRISE}:manager eq "m1" and ${ENTERPRISE}:manager.value eq "m1"`, true],
    ['name.familyName co "O\'MALLEY"', true],
    ['title eq "vice \\"prez\\" \\\\ ] AND or"', true],
    ['title pr and not (nickName pr)', true],
    ['nickName eq null and title ne null', true],
    ['nickName ne "x"', true],
    ['nickName co "x"', false],
    ['active eq true', true],
    ['active eq "True"', true],
    ['active eq False', false],
    ['meta.lastModified gt "2026-05-13T04:42:33Z"', true],
    ['meta.lastmodified le "2026-05-13T06:42:34.0000000+02:00"', true],
    ['title eq "x" or userName ew "SEN" and active eq true', true],
    ['(title eq "x" or userName ew "SEN") and active eq false', false],
    ['emails co "home"', true],
    ['emails.type eq "work" and emails.value ew "home.org"', true],
    ['emails[type eq "work" and value ew "home.org"]', false],
    ['emails[type eq "home" and value ew "home.org"]', true],
    ['emails[type eq"work"and value co"example"]', true],
    ['emails[type eq "work"].value ew "home.org"', false],
    ['emails[type eq "work"].value ew "example.com"', true],
    ['emails[type eq "x" or type eq "work"].value ew "home.org"', false],
    ['emails[not (type eq "work")].value pr', true],
    ['emails[type eq "work"] and emails.value ew "home.org"', true],
    ['not (emails[type eq "other"])', true],
    ['emails.primary eq "True"', true],
  ])('%s: %s', (filter, isFound) => {
    expect(find(filter)).toBe(isFound);
  });

  it.each([
    '',
    'userName',
    'userName eq',
    'userName eq bjensen',
    'userName eq "a',
    'userName is "a"',
    'nope eq "a"',
    'name eq "a"',
    'emails[nope eq "a"]',
    'emails[type eq "a"',
    'userName[type eq "a"]',
    'active gt true',
    'active eq "perhaps"',
    'x509Certificates.value gt "a"',
    'meta.created gt "yesterday"',
    'userName eq "a" userName eq "b"',
    '(userName eq "a"))',
    '__proto__ eq "a"',
    'constructor.name pr',
    'emails[__proto__ pr]',
    'userName eq {"a":1}',
    `${'('.repeat(21)}userName pr${')'.repeat(21)}`,
    `${'not '.repeat(30)}(userName pr)`,
    Array.from({ length: 101 }, () => 'userName pr').join(' or '),
    `userName eq "${'x'.repeat(9_000)}"`,
  ])('that is wrong is refused: %s', (filter) => {
    expect(() => find(filter)).toThrow(
      expect.objectContaining({ details: { problemCode: 'invalidFilter' } }),
    );
  });

  it('is read in little time, however it is made', () => {
    const evil = [
      `userName eq "${'\n'.repeat(4_000)}`,
      `userName eq "${'\\"'.repeat(3_900)}`,
      `"${'a" "'.repeat(1_900)}`,
      `userName eq ${'9'.repeat(7_000)}x`,
      '['.repeat(8_000),
      `a${']'.repeat(3_000)}.b${'['.repeat(3_000)}`,
      `${' '.repeat(7_900)}x`,
    ];

    const startedAt = performance.now();
    for (const filter of evil) expect(() => find(filter)).toThrow(/filter is not valid/);

    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('says what narrows a search', () => {
    const { equal, attributes } = compileFilter(
      groupKind,
      'id eq "g" and (Members EQ "u" and displayName co "x")',
    );
    const either = compileFilter(userKind, 'userName eq "a" or userName eq "b"');
    const part = compileFilter(userKind, 'emails.type eq "a" and not (userName eq "c")');

    expect([...equal]).toEqual([
      ['id', 'g'],
      ['members', 'u'],
    ]);
    expect([...attributes].sort()).toEqual(['displayName', 'id', 'members']);
    expect([...either.equal, ...part.equal]).toEqual([]);
  });

  it('for a password is too sensitive', () => {
    expect(() => find('password eq "x"')).toThrow(
      expect.objectContaining({ code: 'forbidden', details: { problemCode: 'sensitive' } }),
    );
  });
});

type Node =
  | { readonly op: 'term'; readonly part: 'type' | 'value'; readonly test: string; readonly wanted: string }
  | { readonly op: 'and' | 'or'; readonly nodes: readonly Node[] }
  | { readonly op: 'not'; readonly node: Node };

const TESTS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  eq: (value, wanted) => value === wanted,
  co: (value, wanted) => value.includes(wanted),
  sw: (value, wanted) => value.startsWith(wanted),
  ew: (value, wanted) => value.endsWith(wanted),
  gt: (value, wanted) => value > wanted,
  le: (value, wanted) => value <= wanted,
};
const text = fc.stringMatching(/^[a-c"\\ \][)(.]{0,4}$/);
const { tree } = fc.letrec<{ tree: Node }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({
      op: fc.constant('term' as const),
      part: fc.constantFrom('type' as const, 'value' as const),
      test: fc.constantFrom(...Object.keys(TESTS)),
      wanted: text,
    }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      nodes: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ op: fc.constant('not' as const), node: tie('tree') }),
  ),
}));

function print(node: Node): string {
  if (node.op === 'term') return `${node.part} ${node.test} ${JSON.stringify(node.wanted)}`;
  if (node.op === 'not') return `not (${print(node.node)})`;
  return node.nodes
    .map((inner) => (inner.op === 'term' ? print(inner) : `(${print(inner)})`))
    .join(` ${node.op} `);
}

function holds(node: Node, element: Readonly<Record<'type' | 'value', string>>): boolean {
  if (node.op === 'term') return TESTS[node.test]?.(element[node.part], node.wanted) === true;
  if (node.op === 'not') return !holds(node.node, element);
  return node.op === 'and'
    ? node.nodes.every((inner) => holds(inner, element))
    : node.nodes.some((inner) => holds(inner, element));
}

describe('whatever a filter says in brackets', () => {
  it('is true of one and the same element', () => {
    const elements = fc.array(fc.record({ type: text, value: text }), { maxLength: 4 });
    fc.assert(
      fc.property(tree, elements, text, (node, emails, wanted) => {
        const resource = { userName: 'u', ...(emails.length > 0 && { emails }) };

        const inBrackets = find(`emails[${print(node)}]`, resource);
        const negated = find(`not (emails[${print(node)}])`, resource);
        const withPart = find(`emails[${print(node)}].value eq ${JSON.stringify(wanted)}`, resource);

        expect(inBrackets).toBe(emails.some((element) => holds(node, element)));
        expect(negated).toBe(!inBrackets);
        expect(withPart).toBe(emails.some((element) => holds(node, element) && element.value === wanted));
      }),
      { numRuns: 500 },
    );
  });

  it('is read or refused, never anything else', () => {
    const piece = fc.constantFrom(
      ...[
        'userName',
        'emails',
        '[',
        ']',
        '].',
        '(',
        ')',
        'eq',
        'pr',
        'and',
        'or',
        'not',
        '"a"',
        '"',
        '\\',
        'true',
        '1',
        '-',
        '.',
        ' ',
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 30 }), (pieces) => {
        try {
          expect(typeof find(pieces.join(' '))).toBe('boolean');
        } catch (error) {
          expect(error).toMatchObject({ details: { problemCode: 'invalidFilter' } });
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('an order', () => {
  it('is by the primary or first element, in any case, those without a value last', () => {
    const key = sortKeyOf(userKind, 'emails');
    const resources: Json[] = [
      { id: '1', emails: [{ value: 'c' }] },
      { id: '2' },
      { id: '3', emails: [{ value: 'z' }, { value: 'A', primary: true }] },
      { id: '4', emails: [{ value: 'B' }] },
    ];
    const found = resources.map((resource) => ({ id: String(resource.id), key: key(resource) }));

    expect(sortIds(found, false)).toEqual(['3', '4', '1', '2']);
    expect(sortIds(found, true)).toEqual(['2', '1', '4', '3']);
    expect(() => sortKeyOf(userKind, 'name')).toThrow(/which part/);
    expect(() => sortKeyOf(userKind, 'nope')).toThrow(/no attribute/);
  });
});
