import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { readExplained, unexplained } from '../../scripts/infra/audit.ts';
import { tempDir } from '../support/tempDir.ts';
import { ROOT } from './support.ts';

const advisory = { url: 'https://github.com/advisories/GHSA-1', title: 'A hole', severity: 'high' };
const reason = 'The function that has it is never called by what is in the bundle.';

/** Runs the audit with an npm that answers this. */
function audit(answer: unknown) {
  const folder = tempDir();
  const npm = join(folder, 'npm');
  writeFileSync(npm, `#!${process.execPath}\nconsole.log(${JSON.stringify(JSON.stringify(answer))});\n`);
  chmodSync(npm, 0o755);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/infra/audit.ts')], {
    encoding: 'utf8',
    env: { PATH: `${folder}${delimiter}${process.env.PATH}` },
  });
  return { status, text: `${stdout}${stderr}` };
}

test('an advisory that is neither mended nor explained fails, by its name', () => {
  const report = { vulnerabilities: { a: { via: [advisory] }, b: { via: ['a', advisory] } } };

  expect(audit(report)).toMatchObject({ status: 1, text: expect.stringContaining('high: A hole') });
  expect(audit({ vulnerabilities: {} })).toMatchObject({ status: 0 });
});

test('a registry that does not tell is not taken for a clean one', () => {
  expect(audit({ message: '405 Method Not Allowed' })).toEqual({
    status: 2,
    text: expect.stringContaining('the registry did not tell: 405 Method Not Allowed'),
  });
});

test('an explanation holds until its day', () => {
  const explained = [{ url: advisory.url, reason, until: '2026-01-31' }];

  expect(unexplained([advisory], explained, '2026-01-31')).toEqual([]);
  expect(unexplained([advisory], explained, '2026-02-01')).toEqual([advisory]);
  expect(() => readExplained()).not.toThrow();
});
