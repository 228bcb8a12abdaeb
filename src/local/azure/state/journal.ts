import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import type { Change } from './change.ts';
import { CorruptData } from './dataDirectory.ts';

/** An append-only file of changes, one JSON a line, that survives the end of the process at any point. */
export type Journal = { readonly append: (change: Change) => void; readonly close: () => void };

/** Opens the journal at its end. An append that fails (a full disk) leaves it as it was, and throws. */
export function openJournal(path: string): Journal {
  const file = openSync(path, 'a+');
  let size = closeLastLine(file);
  return {
    append: (change) => {
      const line = Buffer.from(`${JSON.stringify(change)}\n`);
      try {
        if (writeSync(file, line) < line.length) throw new Error(`${path} could not be written whole`);
        size += line.length;
      } catch (error) {
        ftruncateSync(file, size);
        throw error;
      }
    },
    close: () => closeSync(file),
  };
}

/** A process can die between a record and its end of line. Returns the size of the file. */
function closeLastLine(file: number): number {
  const { size } = fstatSync(file);
  if (size === 0) return 0;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  if (last.toString() === '\n') return size;
  writeSync(file, '\n');
  return size + 1;
}

/**
 * Gives every change of the journal in order. A torn last line is cut off; a bad line before it is reported as
 * `CorruptData`, for what follows it would be applied to another state than it was made from.
 */
export async function replayJournal(path: string, apply: (change: Change) => void): Promise<void> {
  if (!existsSync(path)) return;
  let good = 0;
  let number = 0;
  let torn: number | undefined;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number++;
    if (torn !== undefined) throw new CorruptData(`${path} line ${torn} is not a change record`);
    const change = parseChange(line);
    if (change === undefined) torn = number;
    else {
      apply(change);
      good += Buffer.byteLength(line) + 1;
    }
  }
  if (torn !== undefined) truncateSync(path, good);
}

function parseChange(line: string): Change | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isChange = typeof value === 'object' && value !== null && 'sequence' in value && 'target' in value;
    return isChange ? (value as Change) : undefined;
  } catch {
    return undefined;
  }
}
