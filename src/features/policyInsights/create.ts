import type { Connector, Connectors } from '#features/connectors/index.ts';
import { type InventoryStore, ownerOf, parseResourceId } from '#features/inventory/index.ts';
import type { Route } from '#http/route.ts';
import type { AzureOptions } from '#platform/azureClient.ts';
import { PolicyStates } from '#platform/policyStates.ts';
import type { Tables } from '#platform/tables.ts';
import { type OurStates, policyInsightsConnector } from './connector.ts';
import type { ExplainOurs } from './explain.ts';
import { agreementRoutes } from './routes.ts';
import { AgreementService } from './service.ts';
import { AgreementStore } from './store.ts';
import type { AgreementRecord } from './verdict.ts';

export type PolicyInsightsOptions = AzureOptions & {
  readonly tables: Tables;
  readonly inventoryStoreOf: (tenantId: string) => InventoryStore;
  readonly ourStates: OurStates;
  readonly explainOurs: ExplainOurs;
  readonly connectors: () => Connectors;
};

/** The room of Azure Policy's own verdicts: its source, its events, its route. */
export function createPolicyInsights(options: PolicyInsightsOptions): {
  connector: Connector;
  agreement: AgreementService;
  routes: Route[];
  violationsOf: (tenantId: string, resourceId: string) => Promise<AgreementRecord[]>;
} {
  const { endpoint, credential, tables, inventoryStoreOf, ourStates, explainOurs, connectors } = options;
  const stores = new Map<string, AgreementStore>();
  const storeOf = (tenantId: string) => {
    const store = stores.get(tenantId) ?? new AgreementStore(tenantId, tables);
    stores.set(tenantId, store);
    return store;
  };
  const tenantOf = (subscriptionId: string) => ownerOf(tables, subscriptionId);
  const agreement = new AgreementService({ connectors, storeOf, inventoryStoreOf, tenantOf });
  const policyStates = new PolicyStates({ endpoint, credential });

  /** What a resource violates, as either side says. */
  async function violationsOf(tenantId: string, resourceId: string): Promise<AgreementRecord[]> {
    const { subscriptionId } = parseResourceId(resourceId);
    if (!subscriptionId) return [];
    const records = await storeOf(tenantId).ofResource(subscriptionId, resourceId);
    return records.filter(({ theirs, ours }) => theirs === 'NonCompliant' || ours === 'nonCompliant');
  }

  return {
    connector: policyInsightsConnector({ policyStates, storeOf, ourStates, explainOurs }),
    agreement,
    routes: agreementRoutes(agreement),
    violationsOf,
  };
}
