import type { Connectors } from '#features/connectors/index.ts';
import type { InventoryStore } from '#features/inventory/index.ts';
import type { Principal } from '#http/principal.ts';
import type { Clock } from '#platform/clock.ts';
import { listAnomalies, updateAnomaly } from './anomalies/read.ts';
import type { AnomaliesQuery, AnomalyList, AnomalyUpdate, CostAnomaly } from './anomalies/schema.ts';
import { listBudgets } from './budgets/list.ts';
import type { BudgetList, BudgetsQuery } from './budgets/schema.ts';
import { SOURCE } from './connector.ts';
import { listIdle } from './idle/read.ts';
import type { Metric } from './lines.ts';
import { readNonCompliance } from './nonCompliance/read.ts';
import { listCosts, locateCosts, resourceCosts } from './read/costs.ts';
import type { ReadPorts } from './read/ports.ts';
import type {
  CostList,
  CostsQuery,
  IdleList,
  IdleQuery,
  NonComplianceCosts,
  NonComplianceQuery,
  ResourceCosts,
  ResourceCostsQuery,
} from './schema.ts';
import type { CostStore } from './store.ts';

export type CostsPorts = {
  readonly storeOf: (tenantId: string) => CostStore;
  readonly inventoryStoreOf: (tenantId: string) => InventoryStore;
  readonly gapsOf: Connectors['gaps'];
  readonly clock: Clock;
  readonly metric: Metric;
};
type Located = { readonly id: string; readonly subscriptionId: string; readonly key: string };

/** What the estate costs: the reading side. */
export class Costs {
  readonly #ports: CostsPorts;

  constructor(ports: CostsPorts) {
    this.#ports = ports;
  }

  async list(tenantId: string, query: CostsQuery): Promise<CostList> {
    const subscriptions = await this.#subscriptions(tenantId, query.subscriptionId);
    const costs = await listCosts(query, subscriptions, this.#read(tenantId));
    return { ...costs, gaps: await this.#gaps(tenantId, query.subscriptionId) };
  }

  async budgets(tenantId: string, query: BudgetsQuery): Promise<BudgetList> {
    const subscriptions = await this.#subscriptions(tenantId, query.subscriptionId);
    const [{ items, nextCursor }, gaps] = await Promise.all([
      listBudgets(query, subscriptions, this.#ports.storeOf(tenantId)),
      this.#gaps(tenantId, query.subscriptionId),
    ]);
    return { data: items, nextCursor, gaps };
  }

  /** Where a resource's costs stand. @throws Failure `notFound` */
  async locate(tenantId: string, id: string): Promise<Located> {
    return { id, ...(await locateCosts(id, this.#read(tenantId))) };
  }

  async resource(tenantId: string, place: Located, query: ResourceCostsQuery): Promise<ResourceCosts> {
    const costs = await resourceCosts(place, query, this.#read(tenantId));
    return { ...costs, gaps: await this.#gaps(tenantId, [place.subscriptionId]) };
  }

  async anomalies(tenantId: string, query: AnomaliesQuery): Promise<AnomalyList> {
    const subscriptions = await this.#subscriptions(tenantId, query.subscriptionId);
    const page = await listAnomalies(query, subscriptions, this.#ports.storeOf(tenantId));
    const gaps = await this.#gaps(tenantId, query.subscriptionId);
    return { data: page.items, nextCursor: page.nextCursor, gaps };
  }

  /** @throws Failure `notFound` */
  updateAnomaly(
    { tenantId, name: by }: Principal,
    id: string,
    update: AnomalyUpdate,
  ): Promise<{ before: CostAnomaly; after: CostAnomaly }> {
    const at = this.#ports.clock.now();
    return updateAnomaly(id, { update, by, at }, this.#ports.storeOf(tenantId));
  }

  async idle(tenantId: string, query: IdleQuery): Promise<IdleList> {
    const subscriptions = await this.#subscriptions(tenantId, query.subscriptionId);
    const idle = await listIdle(query, subscriptions, this.#ports.storeOf(tenantId));
    return { ...idle, gaps: await this.#gaps(tenantId, query.subscriptionId) };
  }

  async nonCompliance(tenantId: string, query: NonComplianceQuery): Promise<NonComplianceCosts> {
    const subscriptions = await this.#subscriptions(tenantId, query.subscriptionId);
    const costs = await readNonCompliance(query, subscriptions, this.#ports.storeOf(tenantId));
    return { ...costs, gaps: await this.#gaps(tenantId, query.subscriptionId) };
  }

  #read(tenantId: string): ReadPorts {
    const { storeOf, inventoryStoreOf, clock, metric } = this.#ports;
    return { store: storeOf(tenantId), inventory: inventoryStoreOf(tenantId), clock, metric };
  }

  #gaps(tenantId: string, only: readonly string[] | undefined) {
    return this.#ports.gapsOf(
      tenantId,
      SOURCE,
      only?.map((id) => id.toLowerCase()),
    );
  }

  /** Those that are watched, of those that are wanted. */
  async #subscriptions(tenantId: string, wanted: readonly string[] | undefined): Promise<string[]> {
    const segments = await this.#ports.inventoryStoreOf(tenantId).segments.list();
    const watched = segments.filter(({ state }) => state !== undefined).map(({ segment }) => segment);
    const lower = wanted?.map((id) => id.toLowerCase());
    return lower ? watched.filter((id) => lower.includes(id)) : watched;
  }
}
