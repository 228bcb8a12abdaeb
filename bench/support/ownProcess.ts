import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { BenchContext } from '../figure.ts';
import type { Tasks } from '../worker.ts';

/**
 * Runs a task of `worker.ts` in a fresh process, so that no measurement warms up, or fills the heap of, the next.
 * @throws with the exit code of a task that fails; its own words are on standard error
 */
export async function inOwnProcess<Name extends keyof Tasks>(
  name: Name,
  input: Parameters<Tasks[Name]>[0],
  { profileDir }: Pick<BenchContext, 'profileDir'>,
): Promise<Awaited<ReturnType<Tasks[Name]>>> {
  const profile = profileDir ? ['--cpu-prof', '--cpu-prof-dir', profileDir] : [];
  const script = new URL('../worker.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [...profile, script, name, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) last = line;
  const code = await closed;
  if (code !== 0) throw new Error(`${name} ended with code ${code}`);
  return JSON.parse(last) as Awaited<ReturnType<Tasks[Name]>>;
}
