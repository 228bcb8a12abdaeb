import { keyOf, toColumns } from '#features/connectors/index.ts';
import { ScoreControl, SecureScore } from '../azure.ts';
import { type ScoreControlRecord, type ScoreRecord, toScore, toScoreControl } from '../mapping/score.ts';
import { count, openRows, type SyncContext } from './context.ts';

const SCOPE = 'secureScores';
/** The score that Azure computes of its own initiative. */
export const MAIN_SCORE = 'ascScore';

/** Reads scores and controls, and keeps the day's score. Returns the control that each assessment counts for. */
export async function syncScores(context: SyncContext): Promise<ReadonlyMap<string, string>> {
  const { run, store } = context;
  const partition = store.partition(run.subscriptionId, 'scores');
  const scores = await run.part(SCOPE, () => readScores(context));
  const controls = await run.part('secureScoreControls', () => readControls(context));
  await write(context, 's|', scores);
  await write(context, 'c|', controls);
  const main = scores?.find(({ name }) => name === MAIN_SCORE) ?? scores?.[0];
  if (main) {
    const { current, max, percentage } = main;
    const rowKey = `h|${run.clock.now().toISOString().slice(0, 10)}`;
    await partition.write({ kind: 'upsert', rowKey, row: toColumns({ current, max, percentage }) });
  }
  const known = controls ?? (await store.scores(run.subscriptionId)).filter(({ kind }) => kind === 'control');
  return new Map(
    (known as ScoreControlRecord[]).flatMap(({ assessments, displayName }) =>
      assessments.map((assessment) => [assessment, displayName] as const),
    ),
  );
}

async function readScores({ run, defender, parser }: SyncContext): Promise<ScoreRecord[]> {
  const scores: ScoreRecord[] = [];
  for await (const page of defender.secureScores(run.subscriptionId))
    scores.push(...parser.all(SCOPE, SecureScore, page).map(toScore));
  return scores;
}

async function readControls({ run, defender, parser }: SyncContext): Promise<ScoreControlRecord[]> {
  const controls: ScoreControlRecord[] = [];
  for await (const page of defender.secureScoreControls(run.subscriptionId))
    controls.push(...parser.all(SCOPE, ScoreControl, page).map(toScoreControl));
  return controls;
}

async function write(
  context: SyncContext,
  prefix: string,
  records: readonly (ScoreRecord | ScoreControlRecord)[] | undefined,
): Promise<void> {
  if (!records) return;
  const partition = context.store.partition(context.run.subscriptionId, 'scores');
  const rows = await openRows(context, { partition, prefix });
  await rows.write(records.map((value) => ({ rowKey: `${prefix}${keyOf(value.name)}`, value })));
  await rows.finish();
  count(context, prefix === 's|' ? 'scores' : 'score_controls', rows);
}
