import { describe, expect, it } from 'vitest';
import type { PairInfo } from '../plan/pair.ts';
import type { ExportQuery, Finding } from '../schema.ts';
import { csvField } from './csv.ts';
import { renderFindings } from './render.ts';

const finding: Finding = {
  id: 'fnd_1',
  resource_id: '/subscriptions/s/resourceGroups/rg 1/providers/Microsoft.Storage/storageAccounts/st',
  resource_name: 'st',
  resource_type: 'Microsoft.Storage/storageAccounts',
  subscription_id: 's',
  resource_group: 'rg 1',
  state: 'nonCompliant',
  severity: 'high',
  since: '2026-01-01T00:00:00.000Z',
  policy_id: 'pol_1',
  policy_name: '=HYPERLINK("x"), "HTTPS" only',
  policy_definition_id: '/providers/PolicyCortex/policyDefinitions/https',
  assignment_id: '/assignments/a',
  assignment_name: 'line\nbreak',
  frameworks: { cisAzure: ['3.1'] },
};
const exempt: Finding = {
  ...finding,
  id: 'fnd_2',
  state: 'exempt',
  subscription_id: null,
  resource_group: null,
};
const rule: PairInfo = {
  code: 'c',
  assignmentCode: 'a',
  assignmentId: '/assignments/a',
  assignmentShortId: 'asg_1',
  assignmentName: 'a',
  definitionId: finding.policy_definition_id,
  policyId: 'pol_1',
  policyName: 'HTTPS only',
  severity: 'high',
  frameworks: { cisAzure: ['3.1'] },
};

async function render(format: ExportQuery['format'], ...pages: Finding[][]): Promise<string> {
  async function* all() {
    yield* pages;
  }
  const of = { tenantId: 't', at: new Date('2026-02-01T00:00:00Z'), rules: [rule, { ...rule, code: 'd' }] };
  let text = '';
  for await (const piece of renderFindings(format, all(), of)) text += piece;
  return text;
}

describe('CSV (RFC 4180)', () => {
  it.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
  ])('writes %j as %j', (text, field) => {
    expect(csvField(text)).toBe(field);
  });

  it('has a header and a line a finding, each with as many fields', async () => {
    const text = await render('csv', [finding], [exempt]);

    const records = text.match(/(?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,|\r\n)/g) ?? [];
    expect(records.length).toBe(17 * 3);
    expect(text).toContain(`"'=HYPERLINK(""x""), ""HTTPS"" only"`);
    expect(text.endsWith('\r\n')).toBe(true);
  });
});

describe('SARIF 2.1.0', () => {
  type Log = {
    version: string;
    runs: {
      tool: { driver: { name: string; rules: { id: string }[] } };
      results: {
        ruleId: string;
        kind: string;
        level: string;
        message: { text: string };
        suppressions?: unknown[];
      }[];
    }[];
  };

  it('names each rule once, and every result one of them', async () => {
    const log = JSON.parse(await render('sarif', [finding], [exempt])) as Log;

    const [run] = log.runs;
    expect(log.version).toBe('2.1.0');
    expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(['pol_1']);
    expect(run?.results.map(({ ruleId }) => ruleId)).toEqual(['pol_1', 'pol_1']);
  });

  it('has level none wherever the kind is not fail (3.27.10), and suppresses what is exempt', async () => {
    const { runs } = JSON.parse(
      await render('sarif', [finding, exempt, { ...finding, state: 'error' }]),
    ) as Log;

    expect(runs[0]?.results.map(({ kind, level }) => [kind, level])).toEqual([
      ['fail', 'error'],
      ['fail', 'error'],
      ['open', 'none'],
    ]);
    expect(runs[0]?.results.map(({ suppressions }) => suppressions?.length ?? 0)).toEqual([0, 1, 0]);
  });

  it('is a log without results where there is nothing', async () => {
    expect(JSON.parse(await render('sarif'))).toMatchObject({ runs: [{ results: [] }] });
  });
});

describe('OCSF Compliance Finding (class 2003)', () => {
  it('has what the class requires, a line each', async () => {
    const lines = (await render('ocsf', [finding, exempt])).trim().split('\n');

    const [event] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(2);
    for (const name of [
      'activity_id',
      'category_uid',
      'class_uid',
      'type_uid',
      'time',
      'severity_id',
      'metadata',
      'finding_info',
      'compliance',
    ])
      expect(event).toHaveProperty(name);
    expect(event).toMatchObject({
      class_uid: 2003,
      category_uid: 2,
      type_uid: 200_301,
      severity_id: 4,
      compliance: { status_id: 3, standards: ['cisAzure'], requirements: ['cisAzure 3.1'] },
      finding_info: { uid: 'fnd_1', created_time: 1_767_225_600_000 },
      cloud: { provider: 'Azure', account: { uid: 's' } },
    });
  });
});
