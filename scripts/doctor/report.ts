import type { Finding } from '../../src/features/diagnosis/index.ts';

const MARKS: Readonly<Record<Finding['state'], string>> = {
  ok: 'ok     ',
  warning: 'WARNING',
  failed: 'FAILED ',
  skipped: 'skipped',
};

/** Prints what was found, the worst last; returns the exit code, 1 where something failed. */
export function report(
  findings: readonly Finding[],
  { isJson, isWhole }: { readonly isJson: boolean; readonly isWhole: boolean },
): number {
  const of = (state: Finding['state']) => findings.filter((finding) => finding.state === state);
  const status = of('failed').length > 0 ? 'failed' : of('warning').length > 0 ? 'warning' : 'ok';
  if (isJson) console.log(JSON.stringify({ status, findings }, null, 2));
  else {
    const well = isWhole ? of('ok').map(line) : summary(of('ok'));
    for (const text of [...well, ...[...of('skipped'), ...of('warning'), ...of('failed')].map(line)])
      console.log(text);
    const counts = (['ok', 'skipped', 'warning', 'failed'] as const).map(
      (state) => `${of(state).length} ${state}`,
    );
    console.log(`\n${counts.join(', ')}`);
  }
  return status === 'failed' ? 1 : 0;
}

function line({ check, subject, state, detail, mend }: Finding): string {
  const first = `${MARKS[state]}  ${check}: ${subject}: ${detail}`;
  return mend === undefined ? first : `${first}\n         mend: ${mend}`;
}

/** A line for each check: how many were well. */
function summary(findings: readonly Finding[]): string[] {
  const checks = [...new Set(findings.map(({ check }) => check))];
  return checks.map(
    (check) => `${MARKS.ok}  ${check}: ${findings.filter((finding) => finding.check === check).length}`,
  );
}
