import { type Connector, RowSync, type SyncRun } from '#features/connectors/index.ts';
import type { PolicyStates } from '#platform/policyStates.ts';
import { PolicyState } from './azure.ts';
import { Explainer, type ExplainOurs } from './explain.ts';
import { type AgreementStore, rowKeyOf } from './store.ts';
import {
  type AgreementRecord,
  type Ours,
  pairKey,
  type Theirs,
  toAgreement,
  toTheirs,
  VERDICTS,
} from './verdict.ts';

/** Our judgements of a subscription, as they are kept. */
export type OurStates = (tenantId: string, subscriptionId: string) => AsyncIterable<readonly Ours[]>;

export type PolicyInsightsPorts = {
  readonly policyStates: PolicyStates;
  readonly storeOf: (tenantId: string) => AgreementStore;
  readonly ourStates: OurStates;
  readonly explainOurs: ExplainOurs;
};

const SCOPE = 'policyStates';
const BATCH = 1000;

/** Azure Policy's own verdicts. They are held in memory while ours pass by: some 250 bytes each. */
export function policyInsightsConnector(ports: PolicyInsightsPorts): Connector {
  return {
    name: 'policy_insights',
    title: 'Azure Policy Insights',
    role: 'Reader',
    everyMinutes: 30,
    async sync(run) {
      const theirs = await run.part(SCOPE, () => readTheirs(run, ports));
      if (!theirs) return;
      const rows = await RowSync.open({
        partition: ports.storeOf(run.tenantId).partition(run.subscriptionId),
      });
      const explainer = await Explainer.open(run, { ...ports, store: ports.storeOf(run.tenantId) });
      const disagreements: AgreementRecord[] = [];
      const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0]));
      for await (const records of compared(run, ports, theirs)) {
        for (const { verdict } of records) counts[verdict] = (counts[verdict] ?? 0) + 1;
        const [open, settled] = parted(records, ({ verdict }) => verdict === 'disagree');
        disagreements.push(...open);
        await rows.write(settled.map(toRow));
      }
      await rows.write((await explainer.explain(disagreements)).map(toRow));
      await rows.finish();
      Object.assign(run.counts, { verdicts: rows.counts.read, written: rows.counts.written, ...counts });
    },
  };
}

function toRow(value: AgreementRecord) {
  return { rowKey: rowKeyOf(value), value };
}

function parted<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

async function readTheirs(run: SyncRun, { policyStates }: PolicyInsightsPorts): Promise<Map<string, Theirs>> {
  const theirs = new Map<string, Theirs>();
  let wrong = 0;
  for await (const page of policyStates.latest(run.subscriptionId)) {
    for (const document of page) {
      const parsed = PolicyState.safeParse(document);
      if (!parsed.success) wrong += 1;
      else theirs.set(pairKey(toTheirs(parsed.data)), toTheirs(parsed.data));
    }
  }
  if (wrong > 0) run.malformed(SCOPE, `${wrong} left out, since they name no resource or assignment`);
  return theirs;
}

/** Ours, each with theirs; then what only they have. */
async function* compared(
  { tenantId, subscriptionId }: SyncRun,
  { ourStates }: PolicyInsightsPorts,
  theirs: Map<string, Theirs>,
): AsyncGenerator<AgreementRecord[]> {
  for await (const page of ourStates(tenantId, subscriptionId)) {
    yield page.map((ours) => {
      const key = pairKey(ours);
      const their = theirs.get(key);
      theirs.delete(key);
      return toAgreement(ours, their, ours);
    });
  }
  const left = [...theirs.values()];
  for (let at = 0; at < left.length; at += BATCH)
    yield left.slice(at, at + BATCH).map((their) => toAgreement(their, their, undefined));
}
