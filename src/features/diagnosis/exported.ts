import { answerOf, type Check, type Finding, failed, ok, skipped } from './finding.ts';

/** When each subscription's continuous export came last; undefined where none is configured. */
export type Received = () => Promise<
  readonly { readonly subscriptionId: string; readonly last: string | null }[] | undefined
>;

const NAME = 'continuous export';

/** Whether anything comes by the event hub: its trigger is the host's, so what has come is what can be seen. */
export function exportCheck(received: Received): Check {
  return { name: NAME, run: () => look(received) };
}

async function look(received: Received): Promise<Finding[]> {
  try {
    const all = await received();
    if (all === undefined) return [];
    return all.map(({ subscriptionId, last }) =>
      last === null
        ? skipped(
            NAME,
            subscriptionId,
            'nothing has come yet: docs/security.md#continuous-export switches it on',
          )
        : ok(NAME, subscriptionId, `came last at ${last}`),
    );
  } catch (error) {
    const detail = `cannot be told: ${answerOf(error).words}`;
    return [failed(NAME, 'subscriptions', { detail, mend: 'mend the tables first' })];
  }
}
