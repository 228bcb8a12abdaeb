import type { Base } from './base.ts';
import type { Change } from './change.ts';
import { ChangeLog } from './changeLog.ts';
import { openDataDirectory } from './dataDirectory.ts';
import { Estate } from './estate.ts';
import { fileBase } from './fileBase.ts';
import { generatedBase } from './generatedBase.ts';
import { type Journal, openJournal, replayJournal } from './journal.ts';
import { Recorder } from './recorder.ts';

export type StateOptions = {
  readonly dataDir: string | undefined;
  readonly estateSize: number;
  readonly seed: number;
  readonly estateFile?: string | undefined;
};

export type State = {
  readonly estate: Estate;
  readonly recorder: Recorder;
  readonly log: ChangeLog;
  readonly seed: number;
  readonly notes: readonly string[];
  readonly close: () => void;
};

/** Opens the estate: the base, and over it what the data directory's journal tells. */
export async function openState(options: StateOptions): Promise<State> {
  const { dataDir, estateSize, seed, estateFile } = options;
  const directory =
    dataDir === undefined ? undefined : openDataDirectory(dataDir, { estateSize, seed, estateFile });
  const made = directory ?? { seed, estateSize, estateFile, notes: [] };
  const estate = new Estate(await openBase(made));
  const log = new ChangeLog();
  let journal: Journal | undefined;
  const append = (change: Change): void => journal?.append(change);
  const recorder = new Recorder({ estate, log, seed: made.seed, append });
  if (directory !== undefined) {
    await replayJournal(directory.journal, (change) => recorder.replay(change));
    journal = openJournal(directory.journal);
  }
  return { estate, recorder, log, seed: made.seed, notes: made.notes, close: () => journal?.close() };
}

type Made = { readonly seed: number; readonly estateSize: number; readonly estateFile: string | undefined };

async function openBase(made: Made): Promise<Base> {
  return made.estateFile === undefined
    ? generatedBase(made.seed, made.estateSize)
    : fileBase(made.estateFile);
}
