import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Chunk, digestsOf, linesOf, readChunks } from './archive.ts';
import { folderOf, type Say } from './backup.ts';
import { Digests, differing } from './item.ts';
import { isEmpty, type Source } from './source.ts';

const LINES = 5_000;
const PART = /^\{"(?:part|name)":("(?:[^"\\]|\\.)*")/;

/** What keeps a restore from beginning; the message says what to do. */
export class NotEmpty extends Error {
  override readonly name = 'NotEmpty';
}

export type RestoreOptions = { readonly folder: string; readonly target: string; readonly say: Say };

/**
 * Writes a backup into empty tables and containers. What was written is noted chunk by chunk, so that the same
 * command goes on after a kill.
 * @throws NotEmpty before anything is written, DamagedBackup
 */
export async function restore(sources: readonly Source[], options: RestoreOptions): Promise<void> {
  const { folder, target, say } = options;
  const notes = join(folder, `restored-to-${target}`);
  const filled = await findFilled(sources);
  if (!filled) rmSync(notes, { recursive: true, force: true });
  else if (!existsSync(notes)) {
    const what = `${filled.kind} ${filled.name} of ${target}`;
    throw new NotEmpty(`${what} is not empty: restore into an empty account`);
  }
  mkdirSync(notes, { recursive: true });
  const done = new Set(readdirSync(notes));
  for (const source of sources) {
    const chunks = readChunks(folderOf(folder, source));
    let items = 0;
    for (const [index, chunk] of chunks.entries()) {
      const note = `${source.kind}-${source.name}-${basename(chunk.file)}`;
      const replaced = new Set(chunks.slice(index + 1).flatMap(({ replaces }) => replaces ?? []));
      if (!done.has(note)) await writeBack(source, chunk, replaced);
      writeFileSync(join(notes, note), '');
      items += chunk.items;
      say(`${source.kind} ${source.name}: ${items}`);
    }
  }
}

async function findFilled(sources: readonly Source[]): Promise<Source | undefined> {
  for (const source of sources) if (!(await isEmpty(source))) return source;
  return undefined;
}

async function writeBack(source: Source, chunk: Chunk, replaced: ReadonlySet<string>): Promise<void> {
  for await (const lines of linesOf(chunk, LINES))
    await source.write(replaced.size === 0 ? lines : lines.filter((line) => !replaced.has(partOf(line))));
}

function partOf(line: string): string {
  return JSON.parse(PART.exec(line)?.[1] ?? '""') as string;
}

/** Reads everything in a source and compares it with the backup, by count and hash; the parts that differ. */
export async function verify(source: Source, folder: string): Promise<string[]> {
  const now = new Digests();
  for await (const { items } of source.pages()) for await (const item of items) now.add(item);
  const kept = digestsOf(readChunks(folderOf(folder, source)));
  return differing(kept.toRecord(), now.toRecord(), 'content').map(
    (part) => `${source.kind} ${source.name} ${part}`,
  );
}

/** Reads every file of the backup; returns how many lines they hold. @throws DamagedBackup */
export async function verifyFiles(sources: readonly Source[], folder: string): Promise<number> {
  let count = 0;
  for (const source of sources)
    for (const chunk of readChunks(folderOf(folder, source)))
      for await (const lines of linesOf(chunk, LINES)) count += lines.length;
  return count;
}
