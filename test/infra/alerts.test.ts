import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROFILES } from '../../scripts/infra/snapshots.ts';
import { at, deployed, markdownTable, ofType, only, ROOT } from './support.ts';

const RUNBOOK = 'docs/operations/alerts.md';
const page = readFileSync(join(ROOT, RUNBOOK), 'utf8');
const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
const listed = markdownTable(RUNBOOK, ['Alert', 'Severity', 'Raised when']);
const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'))
  .join('\n');

describe.each(PROFILES)('the alerts of %s', (profile) => {
  const all = deployed(profile);
  const alerts = [
    ...ofType(all, 'Microsoft.Insights/metricAlerts'),
    ...ofType(all, 'Microsoft.Insights/scheduledQueryRules'),
  ];
  const nameOf = ({ name }: { name: string }) => name.replace(`policycortex-${profile}-`, '');

  test('have each a runbook, and tell somebody', () => {
    const [group] = ofType(all, 'Microsoft.Insights/actionGroups');

    for (const alert of alerts) {
      expect(headings).toContain(nameOf(alert));
      expect(at(alert, 'properties', 'description')).toContain(`${RUNBOOK}#${nameOf(alert)}`);
      expect(JSON.stringify(at(alert, 'properties', 'actions'))).toContain(group?.id);
    }
  });

  test('are those of the table, with its severities', () => {
    const made = alerts.map((alert) => `${nameOf(alert)} ${String(at(alert, 'properties', 'severity'))}`);
    const elsewhere = ['undelivered-events', 'budget'];
    const written = listed
      .map((row) => `${row.Alert?.replaceAll('`', '')} ${row.Severity}`)
      .filter((row) => !elsewhere.some((name) => row.startsWith(name)));

    expect(made.toSorted()).toEqual(written.toSorted());
    expect(headings.toSorted()).toEqual(listed.map((row) => row.Alert?.replaceAll('`', '')).toSorted());
  });

  test('look for what the code really logs and measures', () => {
    const queries = ofType(all, 'Microsoft.Insights/scheduledQueryRules').map((rule) =>
      JSON.stringify(at(rule, 'properties', 'criteria')),
    );
    const quoted = queries.flatMap((query) =>
      [...query.matchAll(/(?:message|Name) (?:==|in) \(?((?:'[^']+'(?:, )?)+)/g)].flatMap(([, list = '']) =>
        [...list.matchAll(/'([^']+)'/g)].map(([, text = '']) => text),
      ),
    );

    expect(quoted.length).toBeGreaterThan(5);
    expect(quoted.filter((text) => !sources.includes(`'${text}'`))).toEqual([]);
  });

  test('are evaluated over windows that Azure Monitor knows', () => {
    for (const alert of alerts)
      expect(['PT5M', 'PT15M', 'PT30M', 'PT1H']).toContain(at(alert, 'properties', 'windowSize'));
  });

  test('have a budget beside them that counts this resource group', () => {
    const budget = only(all, 'Microsoft.Consumption/budgets');

    expect(budget.id).toContain(`/resourceGroups/rg-policycortex-${profile}/`);
    expect(Object.keys(Object(at(budget, 'properties', 'notifications')))).toEqual([
      'half',
      'most',
      'all',
      'foreseen',
    ]);
  });
});

describe('the workbook', () => {
  test('asks for what the code really logs and measures', () => {
    const workbook = readFileSync(join(ROOT, 'infra/modules/workbook.json'), 'utf8');
    const quoted = [...workbook.matchAll(/'(policycortex\.[\w.]+|subscription synced)'/g)].map(
      ([, text = '']) => text,
    );

    expect(quoted.length).toBeGreaterThan(3);
    expect(quoted.filter((text) => !sources.includes(`'${text}'`))).toEqual([]);
  });
});
