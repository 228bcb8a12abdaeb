import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

/** Where local mode answers, and the settings that it runs with: how other commands find it. */
const Running = z.object({ url: z.string(), environment: z.record(z.string(), z.string()) });
export type Running = z.infer<typeof Running>;

/** Leaves the file for as long as local mode runs; returns what takes it away. The emulators' keys are published ones, yet only its user reads it. */
export function keepEnvironment(file: string, running: Running): () => void {
  writeFileSync(file, `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** Undefined where no local mode has left one. */
export function readEnvironment(file: string): Running | undefined {
  try {
    return Running.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file} is damaged: start local mode again`, { cause: error });
  }
}
