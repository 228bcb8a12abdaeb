import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from './failure.ts';

/** An ARM template, as the compiler writes it. */
export type BicepOutput = { readonly [key: string]: JsonValue };
type JsonValue = null | boolean | number | string | readonly JsonValue[] | BicepOutput;

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;
const MAX_OUTPUT = 16 * 1024 * 1024;

/**
 * Compiles Bicep with the compiler at a path, in a folder of its own that holds nothing else; modules from registries
 * are not fetched.
 * @throws Failure `unprocessable` with a problem for each error of the compiler
 */
export async function compileBicep(compiler: string, source: string): Promise<BicepOutput> {
  const folder = await mkdtemp(join(tmpdir(), 'policycortex-bicep-'));
  try {
    const file = join(folder, 'main.bicep');
    await writeFile(file, source);
    const { stdout } = await run(compiler, ['build', file, '--stdout', '--no-restore'], {
      cwd: folder,
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_OUTPUT,
      env: { DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1', HOME: folder },
    });
    return JSON.parse(stdout) as BicepOutput;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const problems = [...stderr.matchAll(/main\.bicep\((\d+),(\d+)\) : Error ([^\n]+)/g)].map(
      ([, line, column, reason = '']) => ({ field: `/bicep (line ${line}, column ${column})`, reason }),
    );
    if (problems.length === 0) throw error;
    throw new Failure('unprocessable', 'the Bicep does not compile', { problems, cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
