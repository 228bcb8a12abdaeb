import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The data directory cannot be used; the message is one line for the user. */
export class CorruptData extends Error {
  override readonly name = 'CorruptData';
}

export type Recorded = {
  readonly version: 1;
  readonly seed: number;
  readonly estateSize: number;
  readonly source: string | undefined;
};
export type Wanted = {
  readonly seed: number;
  readonly estateSize: number;
  readonly estateFile: string | undefined;
};

export type DataDirectory = {
  readonly journal: string;
  readonly seed: number;
  readonly estateSize: number;
  /** The directory's own copy of the loaded estate. */
  readonly estateFile: string | undefined;
  /** What differs from what was asked for, one line each. */
  readonly notes: readonly string[];
};

/**
 * Opens or creates a data directory. One that was made with other options keeps its own, since its journal applies to
 * that estate alone.
 */
export function openDataDirectory(directory: string, wanted: Wanted): DataDirectory {
  mkdirSync(directory, { recursive: true });
  const header = join(directory, 'estate.json');
  const copy = join(directory, 'source.json');
  const recorded = existsSync(header) ? readHeader(header) : undefined;
  const journal = join(directory, 'journal.jsonl');
  if (recorded !== undefined) {
    const estateFile = recorded.source === undefined ? undefined : copy;
    if (estateFile !== undefined && !existsSync(copy)) throw new CorruptData(`${copy} is missing`);
    const { seed, estateSize } = recorded;
    return { journal, seed, estateSize, estateFile, notes: differences(directory, recorded, wanted) };
  }
  if (existsSync(journal)) throw new CorruptData(`${header} is missing beside journal.jsonl`);
  const source = wanted.estateFile === undefined ? undefined : digest(wanted.estateFile);
  if (wanted.estateFile !== undefined) copyFileSync(wanted.estateFile, copy);
  const { seed, estateSize } = wanted;
  writeFileSync(header, `${JSON.stringify({ version: 1, seed, estateSize, source } satisfies Recorded)}\n`);
  return { journal, seed, estateSize, estateFile: source === undefined ? undefined : copy, notes: [] };
}

function readHeader(path: string): Recorded {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Partial<Recorded>;
    if (value.version === 1 && Number.isInteger(value.seed) && Number.isInteger(value.estateSize))
      return value as Recorded;
  } catch (cause) {
    throw new CorruptData(`${path} is not JSON`, { cause });
  }
  throw new CorruptData(`${path} was not written by this version of the simulator`);
}

function differences(directory: string, recorded: Recorded, wanted: Wanted): string[] {
  const notes: string[] = [];
  const source = wanted.estateFile === undefined ? undefined : digest(wanted.estateFile);
  const kept = `kept, as ${directory} was made with it`;
  if (source !== recorded.source) {
    notes.push(recorded.source === undefined ? `generated estate ${kept}` : `loaded estate file ${kept}`);
  } else if (recorded.source === undefined) {
    if (recorded.seed !== wanted.seed) notes.push(`seed ${recorded.seed} ${kept} (asked for ${wanted.seed})`);
    if (recorded.estateSize !== wanted.estateSize) {
      notes.push(`estate size ${recorded.estateSize} ${kept} (asked for ${wanted.estateSize})`);
    }
  }
  return notes;
}

function digest(path: string): string {
  if (!existsSync(path)) throw new CorruptData(`${path}: there is no such file`);
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
