import { eventId } from '#features/events/index.ts';
import type { Governance } from '#features/governance/index.ts';
import type { Catalogue, InventoryStore } from '#features/inventory/index.ts';
import type { JobStore } from '#features/jobs/index.ts';
import type { Clock } from '#platform/clock.ts';
import type { OutgoingMessage, Queues } from '#platform/queues.ts';
import type { Tables } from '#platform/tables.ts';
import { Plans } from '../plan/plans.ts';
import { FindingsIndex } from '../read/findingsIndex.ts';
import { ComplianceStore } from '../rows/store.ts';
import { Evaluator } from './evaluator.ts';
import { type EvaluationMessage, evaluationsQueue } from './queue.ts';

export type CompliancePorts = {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly storeOf: (tenantId: string) => InventoryStore;
  readonly catalogueOf: (tenantId: string) => Catalogue;
  readonly governanceOf: (tenantId: string) => Governance;
  readonly jobsOf: (tenantId: string) => JobStore;
};

/** What the use cases of one tenant share on this instance. */
export class Room {
  readonly tenantId: string;
  readonly clock: Clock;
  readonly inventory: InventoryStore;
  readonly catalogue: Catalogue;
  readonly governance: Governance;
  readonly jobs: JobStore;
  readonly store: ComplianceStore;
  readonly plans: Plans;
  readonly evaluator: Evaluator;
  readonly findings: FindingsIndex;
  /** Subscriptions that were read to their end once, as far as this instance has looked. */
  readonly settled = new Set<string>();
  readonly #queues: Queues;

  constructor(tenantId: string, ports: CompliancePorts) {
    this.tenantId = tenantId;
    this.clock = ports.clock;
    this.inventory = ports.storeOf(tenantId);
    this.catalogue = ports.catalogueOf(tenantId);
    this.governance = ports.governanceOf(tenantId);
    this.jobs = ports.jobsOf(tenantId);
    this.store = new ComplianceStore(tenantId, ports);
    this.plans = new Plans(this.governance);
    this.evaluator = new Evaluator(this);
    this.findings = new FindingsIndex(this.store, {
      clock: this.clock,
      segmentsOf: async () => (await this.inventory.segments.list()).map(({ segment }) => segment),
    });
    this.#queues = ports.queues;
  }

  /** Puts work on the `evaluations` queue; the same `name` within ten minutes is the same work. */
  async enqueue(
    messages: readonly { body: EvaluationMessage; name: string; notBefore?: Date }[],
  ): Promise<void> {
    if (messages.length === 0) return;
    const outgoing = messages.map(
      ({ body, name, notBefore }): OutgoingMessage => ({
        body,
        messageId: eventId(`${this.tenantId}|${name}`),
        tenantId: this.tenantId,
        ...(notBefore && { notBefore }),
      }),
    );
    await this.#queues.send(evaluationsQueue, outgoing);
  }
}
