import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../write-file.ts';

export type Checkpoint = { readonly sequenceNumber: number };

export type Checkpoints = {
  /** How far a partition has been worked off; undefined before the first batch. */
  read(partitionId: string): Promise<Checkpoint | undefined>;
  write(partitionId: string, checkpoint: Checkpoint): Promise<void>;
};

/** Keeps a file a partition under `dataDir`/event-hubs, as the host keeps blobs under azure-webjobs-eventhub. */
export function createCheckpoints(dataDir: string, names: readonly string[]): Checkpoints {
  const folder = join(dataDir, 'event-hubs', ...names.map((name) => encodeURIComponent(name.toLowerCase())));
  const fileOf = (partitionId: string) => join(folder, `${partitionId}.json`);
  return {
    read: async (partitionId) => {
      try {
        const { sequenceNumber } = JSON.parse(await readFile(fileOf(partitionId), 'utf8')) as Checkpoint;
        return Number.isInteger(sequenceNumber) ? { sequenceNumber } : undefined;
      } catch {
        return undefined;
      }
    },
    write: async (partitionId, checkpoint) => {
      await mkdir(folder, { recursive: true });
      await writeFileAtomic(fileOf(partitionId), `${JSON.stringify(checkpoint)}\n`);
    },
  };
}
