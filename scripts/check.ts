import { spawnSync } from 'node:child_process';

/** Everything that can be known without running the product; all of it runs, whatever fails. */
const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', 'tsc'],
  ['format and lint', 'biome', 'ci', '--colors=off', '.'],
  ['type-aware lint', 'oxlint', '--type-aware', '--deny-warnings'],
  ['layers', 'depcruise', '--config', '.dependency-cruiser.mjs', 'src'],
  ['dead code', 'knip'],
  ['generated docs', 'node', 'scripts/docs.ts', '--check'],
  ['infra declarations', 'node', 'scripts/infra/declarations.ts', '--check'],
];

const failed = checks.filter(([name, command, ...args]) => {
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  const isOk = status === 0;
  console.log(`${isOk ? 'ok  ' : 'FAIL'} ${name} (${Math.round(performance.now() - startedAt)} ms)`);
  if (!isOk) console.log(`${stdout}${stderr}`);
  return !isOk;
});
process.exitCode = failed.length === 0 ? 0 : 1;
