import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { markdownTable, ROOT } from './support.ts';

const threats = markdownTable('docs/operations/threat-model.md', [
  'Flow',
  '',
  'Threat',
  'Mitigation',
  'Test',
]);

test('the threat model has every kind of threat, each with what is done against it', () => {
  const kinds = new Set(threats.map((row) => row['']));

  expect([...kinds].toSorted()).toEqual(['D', 'E', 'I', 'R', 'S', 'T']);
  expect(new Set(threats.map(({ Flow }) => Flow))).toEqual(new Set(['1', '2', '3', '4', '5', '6', '7', '8']));
  expect(threats.filter(({ Mitigation }) => (Mitigation ?? '').length < 15)).toEqual([]);
});

test('each threat names a test that there is', () => {
  const named = threats.filter(({ Test }) => Test !== '–');

  const missing = named.filter(({ Test = '' }) => {
    const [, file = '', title = ''] = /^`([^`]+)` (.+)$/.exec(Test) ?? [];
    const path = join(ROOT, file);
    return file === '' || !existsSync(path) || !readFileSync(path, 'utf8').includes(title);
  });

  expect(missing.map(({ Test }) => Test)).toEqual([]);
  expect(threats.length - named.length).toBeLessThanOrEqual(1);
});
