import { keyOf } from '#features/connectors/index.ts';
import { SubAssessment } from '../azure.ts';
import { assessmentRowKey, parseAssessmentId, toFinding } from '../mapping/assessment.ts';
import { count, openRows, type SyncContext } from './context.ts';

const SCOPE = 'subAssessments';

/** What scanners found: the findings of an assessment stand together. */
export async function syncFindings(context: SyncContext): Promise<void> {
  const { run, defender, store, parser } = context;
  const rows = await openRows(context, { partition: store.partition(run.subscriptionId, 'findings') });
  const isRead = await run.part(SCOPE, async () => {
    for await (const page of defender.subAssessments(run.subscriptionId)) {
      const synced = parser.all(SCOPE, SubAssessment, page).flatMap((given) => {
        const place = parseAssessmentId(given.id);
        if (!place) parser.skip(SCOPE, `no id of a sub-assessment: ${given.id}`);
        return place
          ? [{ rowKey: `${assessmentRowKey(place)}|${keyOf(given.id)}`, value: toFinding(given) }]
          : [];
      });
      await rows.write(synced);
    }
    return true;
  });
  if (isRead) await rows.finish();
  count(context, 'findings', rows);
}
