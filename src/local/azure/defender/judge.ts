import type { Resource } from '../estate/model.ts';
import { resources } from '../graph/tables/resources.ts';
import type { Estate } from '../state/estate.ts';
import type { Row } from '../state/row.ts';
import type { World } from '../world.ts';
import type { AssessmentType, Judgement } from './assessmentType.ts';
import { assessmentTypesOf } from './catalogue.ts';

export type Judged = { readonly type: AssessmentType; readonly judgement: Judgement; readonly at: string };

/** Older than any change, so that a seed always gives the same. */
const BEGINNING = '2026-05-31T00:00:00.000Z';

/** The assessments of one resource as it is now. */
export function judgeRow(estate: Estate, { resource }: Pick<Row, 'resource'>): Judged[] {
  const at = resource.systemData?.lastModifiedAt;
  return (assessmentTypesOf.get(resource.type.toLowerCase()) ?? []).flatMap((type) =>
    type
      .judge(resource, (id) => estate.get(id))
      .map((judgement) => ({ type, judgement, at: typeof at === 'string' ? at : BEGINNING })),
  );
}

/** All assessments of a subscription, those of a resource at a time, in the order of their ids. */
export async function* judgeSubscription(
  { estate, log }: Pick<World, 'estate' | 'log'>,
  subscriptionId: string,
  after?: string,
): AsyncGenerator<{
  readonly key: string;
  readonly resource: Resource;
  readonly judged: readonly Judged[];
}> {
  const table = resources({
    estate,
    log,
    subscriptionIds: [subscriptionId],
    now: Date.now(),
    lagMilliseconds: 0,
  });
  for await (const batch of table.read(after)) {
    for (const row of batch as readonly Row[])
      yield { key: row.key, resource: row.resource, judged: judgeRow(estate, row) };
  }
}
