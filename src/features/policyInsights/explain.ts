import { fromColumns, type SyncRun } from '#features/connectors/index.ts';
import { AzureError } from '#platform/azureClient.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import type { PolicyStates } from '#platform/policyStates.ts';
import { PolicyState } from './azure.ts';
import { type OurExplanation, ourReason, type Reason, theirReason } from './reasons.ts';
import type { AgreementStore } from './store.ts';
import { type AgreementRecord, pairKey, toTheirs, VERDICTS } from './verdict.ts';

/** Why we judge a resource as we do, policy by policy; none where we do not know it. */
export type ExplainOurs = (tenantId: string, resourceId: string) => Promise<OurExplanation[]>;

type Ports = {
  readonly policyStates: PolicyStates;
  readonly store: AgreementStore;
  readonly explainOurs: ExplainOurs;
};

const SCOPE = 'policyEvaluationDetails';
/** Resources that one run asks about; those that are left have their turn in the next. */
const MAX_RESOURCES = 200;
const AT_A_TIME = 4;
const DAY_MS = 86_400_000;

/** Adds to disagreements why each side judges as it does: what was found out before, while neither side has changed its mind. */
export class Explainer {
  readonly #run: SyncRun;
  readonly #ports: Ports;
  readonly #known: ReadonlyMap<string, AgreementRecord>;

  static async open(run: SyncRun, ports: Ports): Promise<Explainer> {
    const rank = String(VERDICTS.indexOf('disagree'));
    const rows = await ports.store.partition(run.subscriptionId).list({ from: rank, to: `${rank}~` });
    const records = rows.map((row) => fromColumns<AgreementRecord>(row));
    return new Explainer(run, ports, new Map(records.map((record) => [pairKey(record), record])));
  }

  private constructor(run: SyncRun, ports: Ports, known: ReadonlyMap<string, AgreementRecord>) {
    this.#run = run;
    this.#ports = ports;
    this.#known = known;
  }

  async explain(records: readonly AgreementRecord[]): Promise<AgreementRecord[]> {
    const known = records.map((record) => this.#asKnown(record));
    const open = known.filter(({ reasons }) => reasons === null);
    const resources = [...Map.groupBy(open, ({ resourceId }) => resourceId.toLowerCase()).values()];
    const explained = new Map<string, AgreementRecord>();
    const chosen = resources.slice(0, MAX_RESOURCES);
    const theirs = new Map<string, Reason>();
    await this.#run.part(SCOPE, () =>
      mapConcurrently(chosen, AT_A_TIME, async ([first]) => this.#readTheirs(first, theirs)),
    );
    const at = this.#run.clock.now().toISOString();
    await mapConcurrently(chosen, AT_A_TIME, async (own) => {
      const ours = await this.#readOurs(own[0]);
      for (const record of own) {
        const key = pairKey(record);
        const reasons = { at, ours: ours.get(key) ?? null, theirs: theirs.get(key) ?? null };
        explained.set(key, { ...record, reasons });
      }
    });
    return known.map((record) => explained.get(pairKey(record)) ?? record);
  }

  #asKnown(record: AgreementRecord): AgreementRecord {
    const known = this.#known.get(pairKey(record));
    const isSame = known?.theirs === record.theirs && known.ours === record.ours;
    const { reasons } = known ?? record;
    if (!isSame || !reasons?.theirs) return record;
    const age = this.#run.clock.now().getTime() - Date.parse(reasons.at);
    return age < DAY_MS ? { ...record, reasons } : record;
  }

  /** A resource that is gone has no verdicts. */
  async #readTheirs(record: AgreementRecord | undefined, into: Map<string, Reason>): Promise<void> {
    if (!record) return;
    const { policyStates } = this.#ports;
    try {
      for await (const page of policyStates.ofResource(this.#run.subscriptionId, record.resourceId)) {
        for (const document of page) {
          const { data: state } = PolicyState.safeParse(document);
          const reason = state && theirReason(state);
          if (reason) into.set(pairKey(toTheirs(state)), reason);
        }
      }
    } catch (error) {
      if (!(error instanceof AzureError && error.kind === 'notFound')) throw error;
    }
  }

  async #readOurs(record: AgreementRecord | undefined): Promise<Map<string, Reason>> {
    if (!record) return new Map();
    const { resourceId } = record;
    const all = await this.#ports.explainOurs(this.#run.tenantId, resourceId);
    return new Map(all.map((one) => [pairKey({ ...one, resourceId }), ourReason(one)]));
  }
}
