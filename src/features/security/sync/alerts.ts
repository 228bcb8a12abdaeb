import { Alert } from '../azure.ts';
import { alertCreation } from '../events.ts';
import { type AlertRecord, alertRowKey, toAlert } from '../mapping/alert.ts';
import { count, openRows, type SyncContext } from './context.ts';

const SCOPE = 'alerts';

/**
 * Alerts; each that is new and open raises AlertTriggered, in the transaction of its row. What Azure no longer lists
 * (it keeps alerts for 90 days) goes too.
 */
export async function syncAlerts(context: SyncContext): Promise<void> {
  const { run, defender, store, parser, queues } = context;
  const { tenantId, subscriptionId } = run;
  const rows = await openRows(context, {
    partition: store.partition(subscriptionId, 'alerts'),
    prefix: 'a|',
    keepsColumns: true,
    queues,
    tenantId,
    onCreate: (rowKey, value) =>
      alertCreation(value as AlertRecord, { tenantId, subscriptionId, rowKey, at: run.clock.now() }),
  });
  const isRead = await run.part(SCOPE, async () => {
    for await (const page of defender.alerts(subscriptionId)) {
      const alerts = parser.all(SCOPE, Alert, page).map(toAlert);
      await rows.write(alerts.map((value) => ({ rowKey: alertRowKey(value), value })));
    }
    return true;
  });
  if (isRead) await rows.finish();
  count(context, SCOPE, rows);
}
