import { join } from 'node:path';
import { type Chunk, digestsOf, readChunks, writeChunk, writeWhole } from './archive.ts';
import { fileNameOf } from './containers.ts';
import { Digests, differing, type Item } from './item.ts';
import type { Page, Source } from './source.ts';

export type Say = (line: string) => void;
export type BackupOptions = {
  readonly folder: string;
  readonly rounds: number;
  /** Pages of a file: what a kill loses at the most. */
  readonly chunkPages: number;
  readonly say: Say;
};
export type BackupResult = {
  readonly items: number;
  /** Parts that changed while they were copied: they may not fit each other. */
  readonly moving: readonly string[];
};

/**
 * Copies every source to a folder, going on where an earlier run ended. Then looks, round after round, for parts
 * that have changed since they were read, and reads these again. Where a whole round finds none, the copy is of one
 * moment: the beginning of that round.
 */
export async function backUp(sources: readonly Source[], options: BackupOptions): Promise<BackupResult> {
  const { folder, rounds, say } = options;
  for (const source of sources) await copy(source, options);
  let moving: string[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    moving = [];
    for (const source of sources) {
      const changed = await catchUp(source, folderOf(folder, source));
      moving.push(...changed.map((part) => `${source.kind} ${source.name} ${part}`));
    }
    if (moving.length === 0) break;
    say(`round ${round}: ${moving.length} part(s) had changed and were read again`);
  }
  const items = summarize(folder, sources);
  writeWhole(join(folder, 'backup.json'), { finishedAt: new Date().toISOString(), items, moving });
  return { items, moving };
}

export function folderOf(folder: string, { kind, name }: Pick<Source, 'kind' | 'name'>): string {
  return join(folder, `${kind}-${name}`);
}

async function copy(source: Source, { folder: root, chunkPages, say }: BackupOptions): Promise<void> {
  const folder = folderOf(root, source);
  const known = readChunks(folder).filter(({ replaces }) => replaces === undefined);
  const last = known.at(-1);
  if (last?.next === null) return;
  const pages = source.pages(last?.next ?? undefined);
  let items = known.reduce((sum, chunk) => sum + chunk.items, 0);
  for (let number = known.length, isLast = false; !isLast; number += 1) {
    let next: string | undefined;
    const written = await writeChunk(folder, `0-${String(number).padStart(8, '0')}`, {
      items: take(pages, chunkPages, (token) => {
        next = token;
      }),
      next: () => next,
    });
    items += written.items;
    isLast = next === undefined;
    say(`${source.kind} ${source.name}: ${items}`);
  }
}

/** Items of the next pages; tells where the ones after them begin. */
async function* take(
  pages: AsyncGenerator<Page>,
  count: number,
  at: (token: string | undefined) => void,
): AsyncGenerator<Item> {
  for (let taken = 0; taken < count; taken += 1) {
    const { value, done } = await pages.next();
    if (done) return at(undefined);
    yield* value.items;
    at(value.next);
    if (value.next === undefined) return;
  }
}

/** Reads again what has changed; returns these parts. */
async function catchUp(source: Source, folder: string): Promise<string[]> {
  const chunks = readChunks(folder);
  const now = new Digests();
  for await (const item of source.states()) now.add(item);
  const changed = differing(digestsOf(chunks).toRecord(), now.toRecord(), 'state');
  const done = numberOf(chunks.at(-1));
  for (const [index, part] of changed.entries()) {
    const name = `1-${String(done + index + 1).padStart(8, '0')}-${fileNameOf(part)}`;
    await writeChunk(folder, name, { items: source.part(part), next: () => undefined, replaces: part });
  }
  return changed;
}

function numberOf(chunk: Chunk | undefined): number {
  return Number(/1-(\d{8})-\w+\.ndjson\.gz$/.exec(chunk?.file ?? '')?.[1] ?? 0);
}

function summarize(folder: string, sources: readonly Source[]): number {
  return sources
    .flatMap((source) => Object.values(digestsOf(readChunks(folderOf(folder, source))).toRecord()))
    .reduce((sum, { items }) => sum + items, 0);
}
