import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import * as z from 'zod';
import { Digests, type Item } from './item.ts';

const Digest = z.object({ items: z.number(), content: z.string(), state: z.string() });
/** What stands beside each file of lines; the file counts only once this is there. */
const Sidecar = z.object({
  sha256: z.string(),
  items: z.number(),
  /** Where the next chunk begins; null after the last. */
  next: z.string().nullable(),
  /** The part that this file holds anew, in place of what earlier files hold of it. */
  replaces: z.string().optional(),
  parts: z.record(z.string(), Digest),
});
export type Sidecar = z.infer<typeof Sidecar>;
export type Chunk = Sidecar & { readonly file: string };

/** A file that is not as it was written. */
export class DamagedBackup extends Error {
  override readonly name = 'DamagedBackup';
}

/** Writes lines to `FILE.ndjson.gz`, then its sidecar: after a kill at any moment, the file is whole or does not count. */
export async function writeChunk(
  folder: string,
  name: string,
  chunk: { items: AsyncIterable<Item>; next: () => string | undefined; replaces?: string },
): Promise<Sidecar> {
  mkdirSync(folder, { recursive: true });
  const digests = new Digests();
  const digest = createHash('sha256');
  let items = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const item of chunk.items) {
      digests.add(item);
      items += 1;
      yield `${item.line}\n`;
    }
  }
  const hashed = new Transform({
    transform: (bytes: Buffer, _, done) => {
      digest.update(bytes);
      done(null, bytes);
    },
  });
  const file = join(folder, `${name}.ndjson.gz`);
  await pipeline(lines, createGzip({ level: 3 }), hashed, createWriteStream(`${file}.tmp`));
  settle(`${file}.tmp`, file);
  const sidecar: Sidecar = {
    sha256: digest.digest('hex'),
    items,
    next: chunk.next() ?? null,
    ...(chunk.replaces !== undefined && { replaces: chunk.replaces }),
    parts: digests.toRecord(),
  };
  writeWhole(join(folder, `${name}.json`), sidecar);
  return sidecar;
}

/** Writes a JSON file that is there whole or not at all. */
export function writeWhole(file: string, content: unknown): void {
  writeFileSync(`${file}.tmp`, `${JSON.stringify(content)}\n`);
  settle(`${file}.tmp`, file);
}

function settle(temporary: string, file: string): void {
  const handle = openSync(temporary, 'r');
  fsyncSync(handle);
  closeSync(handle);
  renameSync(temporary, file);
}

/** The chunks that count, in the order in which they were written; what a kill left half done is removed. */
export function readChunks(folder: string): Chunk[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).sort();
  for (const name of names.filter((each) => each.endsWith('.tmp'))) rmSync(join(folder, name));
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({
      ...Sidecar.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))),
      file: join(folder, name.replace(/\.json$/, '.ndjson.gz')),
    }));
}

/** What the chunks hold together, by part. */
export function digestsOf(chunks: readonly Sidecar[]): Digests {
  const digests = new Digests();
  for (const { parts, replaces } of chunks) {
    if (replaces === undefined) digests.addAll(parts);
    else digests.replace(replaces, parts);
  }
  return digests;
}

/** Lines of a chunk, some at a time. @throws DamagedBackup where the file is not the one that was written */
export async function* linesOf(chunk: Chunk, size: number): AsyncGenerator<string[]> {
  const digest = createHash('sha256');
  for await (const bytes of createReadStream(chunk.file)) digest.update(bytes as Buffer);
  if (digest.digest('hex') !== chunk.sha256)
    throw new DamagedBackup(`${chunk.file} is not as it was written`);
  let lines: string[] = [];
  const text = createReadStream(chunk.file).pipe(createGunzip());
  for await (const line of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) {
    lines.push(line);
    if (lines.length < size) continue;
    yield lines;
    lines = [];
  }
  if (lines.length > 0) yield lines;
}
