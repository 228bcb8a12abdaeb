import { type Connectors, fromColumns, listRows } from '#features/connectors/index.ts';
import type { InventoryStore } from '#features/inventory/index.ts';
import { log } from '#platform/log.ts';
import { isPolicyStateEvent, PolicyStateEvent } from './azure.ts';
import type { Reason } from './reasons.ts';
import type { Agreement, AgreementList, AgreementQuery } from './schema.ts';
import type { AgreementStore } from './store.ts';
import { type AgreementRecord, VERDICTS } from './verdict.ts';

export type AgreementPorts = {
  readonly connectors: () => Connectors;
  readonly storeOf: (tenantId: string) => AgreementStore;
  readonly inventoryStoreOf: (tenantId: string) => InventoryStore;
  /** The tenant that a subscription belongs to; undefined where nobody has onboarded it. */
  readonly tenantOf: (subscriptionId: string) => Promise<string | undefined>;
};

export const SOURCE = 'policy_insights';

/** Azure Policy's verdicts beside ours. */
export class AgreementService {
  readonly #ports: AgreementPorts;

  constructor(ports: AgreementPorts) {
    this.#ports = ports;
  }

  /** Disagreements first. */
  async list(tenantId: string, query: AgreementQuery): Promise<AgreementList> {
    const wanted = query.subscriptionId?.map((id) => id.toLowerCase());
    const segments = await this.#ports.inventoryStoreOf(tenantId).segments.list();
    const subscriptions = segments
      .filter(({ segment, state }) => state !== undefined && (!wanted || wanted.includes(segment)))
      .map(({ segment }) => segment);
    const store = this.#ports.storeOf(tenantId);
    const ranks = (query.verdict ?? VERDICTS).map((verdict) => VERDICTS.indexOf(verdict)).sort();
    const { items, nextCursor } = await listRows(
      subscriptions.map((name) => ({ name, partition: store.partition(name) })),
      {
        ...query,
        range: { from: String(ranks[0]), to: `${ranks.at(-1)}~` },
        accept: (row, { name }) => {
          const record = fromColumns<AgreementRecord>(row);
          return matches(record, query) ? toView(record, name) : undefined;
        },
      },
    );
    const connectors = this.#ports.connectors();
    const [gaps, { data }] = await Promise.all([
      connectors.gaps(tenantId, SOURCE, wanted),
      connectors.list(tenantId, wanted),
    ]);
    const states = data.find(({ name }) => name === SOURCE)?.subscriptions ?? [];
    return { data: items, counts: sumOf(states.map(({ counts }) => counts)), nextCursor, gaps };
  }

  /**
   * Takes in events of Policy Insights: their subscriptions are read again, in a while, so that the many verdicts of
   * one evaluation make one read. What is malformed or not ours is logged and passed over.
   */
  async acceptEvents(events: readonly unknown[]): Promise<void> {
    for (const given of events) {
      const parsed = PolicyStateEvent.safeParse(given);
      if (!parsed.success || !isPolicyStateEvent(parsed.data.type)) continue;
      const subscriptionId = parsed.data.data.subscriptionId.toLowerCase();
      const tenantId = await this.#ports.tenantOf(subscriptionId);
      if (tenantId) await this.#ports.connectors().startSoon(tenantId, SOURCE, subscriptionId);
      else log.warning('event of a subscription that nobody has onboarded', { subscriptionId });
    }
  }
}

function matches(record: AgreementRecord, query: AgreementQuery): boolean {
  const isOf = (id: string, wanted: string | undefined) =>
    wanted === undefined || id.toLowerCase() === wanted.toLowerCase();
  return (
    (!query.verdict || query.verdict.includes(record.verdict)) &&
    isOf(record.resourceId, query.resourceId) &&
    isOf(record.assignmentId, query.assignmentId)
  );
}

function toView(record: AgreementRecord, subscriptionId: string): Agreement {
  const { theirs, ours, effect, reasons } = record;
  return {
    verdict: record.verdict,
    resource_id: record.resourceId,
    subscription_id: subscriptionId,
    assignment_id: record.assignmentId,
    policy_definition_id: record.definitionId,
    reference_id: record.referenceId,
    azure: { state: theirs, ...toSide(reasons?.theirs, theirReason(theirs, effect)) },
    ours: { state: ours, ...toSide(reasons?.ours, OUR_REASONS[ours ?? ''] ?? `our evaluation says ${ours}`) },
    explained_at: reasons?.at ?? null,
  };
}

function toSide(reason: Reason | null | undefined, fallback: string) {
  return {
    reason: reason?.sentence ?? fallback,
    conditions: reason ? [...reason.conditions] : null,
    related_resources: reason?.related ?? null,
  };
}

const OUR_REASONS: Readonly<Record<string, string>> = {
  '': 'we know no such assignment, or the policy does not apply to the resource',
  error: 'the policy cannot be evaluated here; GET /api/v1/resources/{id}/compliance says why',
  needsData: 'data that the policy needs is not in the inventory',
  exempt: 'an exemption covers the resource',
};

function theirReason(state: string | null, effect: string | null): string {
  if (state === null)
    return 'Azure Policy has no verdict: the assignment is ours alone, or is not evaluated yet';
  return `Azure Policy’s last evaluation says ${state}${effect ? `, effect ${effect}` : ''}`;
}

function sumOf(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  return Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, all.reduce((sum, counts) => sum + (counts[verdict] ?? 0), 0)]),
  );
}
