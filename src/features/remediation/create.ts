import type { AzureOptions } from '#platform/azureClient.ts';
import { AzureWriter } from '#platform/azureWriter.ts';
import type { AzureCredential } from '#platform/credential.ts';
import type { Queues } from '#platform/queues.ts';
import type { Tables } from '#platform/tables.ts';
import type { RemediationPorts } from './context.ts';
import { Remediations } from './service.ts';
import { RemediationStore } from './store.ts';

export type CreateRemediations = Omit<RemediationPorts, 'writer'> & {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly endpoint: AzureOptions['endpoint'];
  /** Identity that may write to the estate; undefined: nothing is written. */
  readonly writer: AzureCredential | undefined;
};

/** The room of remediation. */
export function createRemediations({
  writer,
  endpoint,
  tables,
  queues,
  ...ports
}: CreateRemediations): Remediations {
  const stores = new Map<string, RemediationStore>();
  return new Remediations({
    tables,
    queues,
    ports: { ...ports, writer: writer && new AzureWriter({ endpoint, credential: writer }) },
    storeOf(tenantId) {
      const store =
        stores.get(tenantId) ?? new RemediationStore(tenantId, { tables, queues, clock: ports.clock });
      stores.set(tenantId, store);
      return store;
    },
  });
}
