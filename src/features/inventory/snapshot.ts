import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { TenantBlobs } from '#platform/blobs.ts';
import type { ResourceEntry } from './model.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

export const snapshotBlobs = {
  name: 'snapshots',
  description:
    'The list columns of each segment as of one commit: what an instance starts from before it follows the log.',
};

/** The entries of a segment as of a commit. */
export type Snapshot = { readonly seq: number; readonly entries: ReadonlyMap<string, ResourceEntry> };

export const EMPTY: Snapshot = { seq: 0, entries: new Map() };

/** Replaces the snapshot of a segment. It is a shortcut and may be older than another instance's: the log makes up for it. */
export async function writeSnapshot(
  blobs: TenantBlobs,
  segment: string,
  { seq, entries }: Snapshot,
): Promise<void> {
  const text = JSON.stringify({ seq, entries: [...entries.values()] });
  await blobs.write(segment, await deflate(Buffer.from(text), { level: 1 }));
}

/** The snapshot of a segment; undefined where there is none yet. */
export async function readSnapshot(blobs: TenantBlobs, segment: string): Promise<Snapshot | undefined> {
  const packed = await blobs.read(segment);
  if (!packed) return undefined;
  const { seq, entries } = JSON.parse((await inflate(packed)).toString()) as {
    seq: number;
    entries: ResourceEntry[];
  };
  return { seq, entries: new Map(entries.map((entry) => [entry.key, entry])) };
}
