import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditIf, ruleWith } from './testKit.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'policy-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`scripts/policy/${command}.ts`, ...args], {
    encoding: 'utf8',
  });
  return { status, out: stdout.trim().split('\n'), err: stderr.trim().split('\n') };
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const leaf = { field: 'name', equals: 'a' };

describe('policy:compile', () => {
  test('counts problems, names failures, ends with the tally', () => {
    const related = ruleWith(leaf, { effect: 'auditIfNotExists', details: { type: 'A/b' } });
    const definitions = [
      { name: 'good', properties: { policyRule: auditIf(leaf) } },
      { name: 'bad', properties: { policyRule: auditIf({ field: 'name', equal: 'a' }) } },
      { name: 'lookup', properties: { policyRule: related } },
      { name: 'cluster', properties: { mode: 'Microsoft.Kubernetes.Data', policyRule: auditIf(leaf) } },
    ];
    const path = file('d.jsonl.gz', gzipSync(definitions.map((each) => JSON.stringify(each)).join('\n')));

    const { status, out } = run('compile', path);

    expect(out.at(-1)).toBe(
      '3 compiled, 1 failed, 1 of them evaluable from one resource, 1 with lookups, 1 needing other data',
    );
    expect(out).toContain('error unknownOperator: 1 definitions');
    expect(out).toContain('failed bad');
    expect(status).toBe(1);
  });
});

describe('policy:cases', () => {
  const yaml = (want: string) =>
    `cases:\n  - note: one\n    policy_rule: |\n      {"if": {"field": "items[*]", "equals": 1}, "then": {"effect": "audit"}}\n    resource: {}\n    ${want}\n  - note: two\n    skip: true\n`;

  test('reads as regorus does unless told otherwise', () => {
    file('case.yaml', yaml('want_undefined: true'));

    const [there, here] = [run('cases', folder), run('cases', folder, '--semantics', 'azure')];

    expect([there.status, there.out.at(-1)]).toEqual([0, '1 passed, 0 failed, 1 skipped']);
    expect(here.out).toContain('0 passed, 1 failed, 1 skipped');
    expect(here.out.at(-1)).toBe('failed case.yaml: one [by decision: missingArray]');
  });

  test('skips, with the reason, what asks for something that it does not understand', () => {
    file('case.yaml', yaml('want_colour: red'));

    const { out } = run('cases', folder, '--verbose');

    expect(out[0]).toContain('skipped case.yaml: one: it asks for want_colour');
    expect(out.at(-1)).toBe('0 passed, 0 failed, 2 skipped');
  });

  test('names the cases that fail', () => {
    file('case.yaml', yaml('want_effect: deny'));

    const { status, out } = run('cases', folder);

    expect(out[0]).toBe('0 passed, 1 failed, 1 skipped');
    expect(out[1]).toContain('failed case.yaml: one');
    expect(status).toBe(1);
  });
});

describe('files of definitions', () => {
  const good = { name: 'good', properties: { policyRule: auditIf({ field: 'name', equals: 'a' }) } };
  const bare = auditIf({ field: 'name', equals: 'b' });
  const lines = [JSON.stringify(good), '', JSON.stringify(bare), '{"name": "cut'].join('\r\n');

  test.each([
    ['lines with a byte order mark, CRLF and a line that is cut', `\uFEFF${lines}`, 'failed line 4'],
    ['lines, packed without saying so', gzipSync(lines), 'failed line 4'],
    ['an array', JSON.stringify([good, bare, { properties: { displayName: 'Broken' } }]), 'failed Broken'],
    ["ARM's answer", JSON.stringify({ value: [good, bare, { id: '/x/broken' }] }), 'failed broken'],
  ])('%s', (_, content, failure) => {
    const { status, out } = run('compile', file('definitions.txt', content));

    expect(out).toContain(failure);
    expect(out.at(-1)).toContain('2 compiled, 1 failed');
    expect(status).toBe(1);
  });

  test('a file of cases that is no YAML is one that fails; cases without a note are counted', () => {
    const directory = mkdtempSync(join(folder, 'cases-'));
    writeFileSync(join(directory, 'broken.yaml'), 'cases: [');
    const rule = JSON.stringify(bare);
    writeFileSync(
      join(directory, 'unnamed.yaml'),
      `cases:\n  - policy_rule: '${rule}'\n    want_parse_error: true\n`,
    );

    const { out } = run('cases', directory);

    expect(out[0]).toBe('0 passed, 2 failed, 0 skipped');
    expect(out[2]).toContain('failed unnamed.yaml: case 1');
  });
});

describe('policy:evaluate', () => {
  test('explains in a sentence', () => {
    const definition = file(
      'definition.json',
      JSON.stringify(auditIf({ field: 'location', notIn: "[parameters('allowed')]" })),
    );
    const resource = file('resource.json', JSON.stringify({ type: 'A/b', name: 'n', location: 'east' }));
    const parameters = file('parameters.json', JSON.stringify({ allowed: { value: ['west'] } }));

    const { status, out } = run(
      'evaluate',
      '--definition',
      definition,
      '--resource',
      resource,
      '--parameters',
      parameters,
      '--explain',
    );

    expect(out.at(-1)).toContain('To comply, set location to one of "west".');
    expect(status).toBe(1);
  });
});

describe('bad input', () => {
  test.each([
    ['compile'],
    ['compile', 'nowhere.jsonl'],
    ['cases', 'nowhere'],
    ['cases', '.', '--semantics', 'other'],
    ['evaluate', '--definition', 'package.json', '--resource', 'package.json'],
    ['evaluate', '--oops'],
  ])('%s %s: one line and exit code 2', (command, ...args) => {
    const { status, err } = run(command, ...args);

    expect(status).toBe(2);
    expect(err).toHaveLength(1);
  });

  test.each(['compile', 'cases', 'evaluate'])('%s --help', (command) => {
    const { status, out } = run(command, '--help');

    expect(status).toBe(0);
    expect(out.join('\n')).toContain(`${command}.ts`);
  });
});
