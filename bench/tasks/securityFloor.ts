import { createHash } from 'node:crypto';
import { SecurityCenter } from '@azure/arm-security';
import { TableClient, type TransactionAction } from '@azure/data-tables';
import { mapConcurrently } from '#platform/concurrently.ts';
import { SUBSCRIPTIONS_AT_A_TIME } from './concurrency.ts';

export type SecurityFloorInput = {
  readonly endpoint: string;
  readonly connectionString: string;
  readonly subscriptions: readonly string[];
};
export type SecurityFloorOutput = {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
  readonly rows: number;
};

const ROWS_A_TRANSACTION = 100;

/**
 * The least that any read of Defender must do, by the bare clients: every page of tasks and assessments, the next one
 * fetched while this one is written, a row an item in transactions of 100, one at a time a subscription. No hash, no
 * comparison, no mapping, nothing noticed that is gone.
 */
export async function securityFloor(input: SecurityFloorInput): Promise<SecurityFloorOutput> {
  const table = TableClient.fromConnectionString(input.connectionString, 'floor', {
    allowInsecureConnection: true,
  });
  await table.createTable();
  let rows = 0;
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await mapConcurrently(input.subscriptions, SUBSCRIPTIONS_AT_A_TIME, async (subscriptionId) => {
    const client = new SecurityCenter({ getToken: async () => null }, subscriptionId, {
      endpoint: input.endpoint,
      allowInsecureConnection: true,
    });
    client.pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' });
    const lists = [client.tasks.list(), client.assessments.list(`subscriptions/${subscriptionId}`)];
    for (const list of lists) {
      for await (const page of ahead<{ readonly id?: string }>(list.byPage())) {
        for (let at = 0; at < page.length; at += ROWS_A_TRANSACTION)
          await table.submitTransaction(
            page.slice(at, at + ROWS_A_TRANSACTION).map((item) => toAction(subscriptionId, item)),
          );
        rows += page.length;
      }
    }
  });
  const milliseconds = performance.now() - startedAt;
  const used = process.cpuUsage(cpu);
  return { milliseconds, cpuMilliseconds: (used.user + used.system) / 1000, rows };
}

async function* ahead<T>(pages: AsyncIterableIterator<T[]>): AsyncGenerator<T[]> {
  let next = pages.next();
  for (;;) {
    const { value, done } = await next;
    if (done) return;
    next = pages.next();
    yield value;
  }
}

/** The columns of the product's own rows. The key is a hash, since ids hold slashes. */
function toAction(subscriptionId: string, item: { readonly id?: string }): TransactionAction {
  const rowKey = createHash('sha256').update(String(item.id)).digest('hex').slice(0, 40);
  return [
    'create',
    {
      partitionKey: `floor|${subscriptionId}`,
      rowKey,
      body0: JSON.stringify(item),
      pieces: 1,
      hash: rowKey.slice(0, 22),
    },
  ];
}
