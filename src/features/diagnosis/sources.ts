import { answerOf, type Check, type Finding, failed, ok, warning } from './finding.ts';

/** What a source could not read of a subscription at its last run. */
export type SourceTrouble = {
  readonly source: string;
  readonly subscription_id: string;
  readonly scope: string;
  readonly kind: string;
  readonly reason: string;
  readonly role: string | null;
};
/** The sources, each with its gaps. */
export type Sources = () => Promise<
  readonly { readonly name: string; readonly title: string; readonly gaps: readonly SourceTrouble[] }[]
>;

const NAME = 'sources';

/** Whether every source (Defender for Cloud, Azure Monitor …) was read without a gap, and which role would close it. */
export function sourceCheck(sources: Sources): Check {
  return { name: NAME, run: () => look(sources) };
}

async function look(sources: Sources): Promise<Finding[]> {
  try {
    return (await sources()).flatMap(({ name, title, gaps }) =>
      gaps.length === 0 ? [ok(NAME, name, `${title}: no gap at the last run`)] : gaps.map(toFinding),
    );
  } catch (error) {
    const detail = `cannot be told: ${answerOf(error).words}`;
    return [failed(NAME, 'all', { detail, mend: 'mend the tables first' })];
  }
}

function toFinding(gap: SourceTrouble): Finding {
  const subject = `${gap.source} ${gap.scope} ${gap.subscription_id}`;
  const detail = gap.reason.slice(0, 300);
  if (gap.kind === 'refused')
    return failed(NAME, subject, {
      detail,
      mend: `az role assignment create --role "${gap.role ?? 'Reader'}" --scope /subscriptions/${gap.subscription_id} --assignee-object-id OBJECT_ID_OF_THE_IDENTITY --assignee-principal-type ServicePrincipal`,
    });
  return warning(NAME, subject, {
    detail,
    mend: `POST /api/v1/connectors/${gap.source}/sync reads it again`,
  });
}
