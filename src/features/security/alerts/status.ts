import { fromColumns, keyOf, toColumns } from '#features/connectors/index.ts';
import { AzureError } from '#platform/azureClient.ts';
import type { Clock } from '#platform/clock.ts';
import type { AlertAction, Defender } from '#platform/defender.ts';
import { Failure } from '#platform/failure.ts';
import type { Row, StoredRow } from '#platform/tables.ts';
import { parseAlertId } from '../ids.ts';
import type { AlertRecord } from '../mapping/alert.ts';
import type { AlertUpdate, SecurityAlert } from '../schema.ts';
import type { SecurityStore } from '../store.ts';
import { toAlertView } from '../view.ts';

/** What to call to reach a status (alerts 2022-01-01). */
const ACTIONS: Readonly<Record<AlertUpdate['status'], AlertAction>> = {
  Active: 'activate',
  InProgress: 'inProgress',
  Resolved: 'resolve',
  Dismissed: 'dismiss',
};
/** Built-in role with `Microsoft.Security/alerts/*` actions ("User roles and permissions", Defender for Cloud). */
const WRITER_ROLE = 'Security Admin';

type Place = { readonly subscriptionId: string; readonly rowKey: string };

/** Sets the status of alerts in Azure. */
export class AlertStatus {
  readonly #storeOf: (tenantId: string) => SecurityStore;
  /** Undefined where no identity may write. */
  readonly #writer: Defender | undefined;
  readonly #clock: Clock;

  constructor(ports: {
    storeOf: (tenantId: string) => SecurityStore;
    writer: Defender | undefined;
    clock: Clock;
  }) {
    this.#storeOf = ports.storeOf;
    this.#writer = ports.writer;
    this.#clock = ports.clock;
  }

  /** The subscription of an alert, by its ARM id or ours. @throws Failure `notFound` */
  async locate(tenantId: string, id: string): Promise<Place> {
    const place = parseAlertId(id) ?? (await this.#byAzureId(tenantId, id));
    if (!place) throw notFound(id);
    return place;
  }

  /** In Azure first; ours follows at once, and what was exported before does not undo it. @throws Failure */
  async set(tenantId: string, id: string, { status }: AlertUpdate): Promise<SecurityAlert> {
    const place = await this.locate(tenantId, id);
    const partition = this.#storeOf(tenantId).partition(place.subscriptionId, 'alerts');
    const row = await partition.get<Row>(place.rowKey);
    if (row?.hash === undefined) throw notFound(id);
    const alert = fromColumns<AlertRecord>(row);
    if (!this.#writer)
      throw new Failure('conflict', 'no identity that may write to Azure is configured', {
        next: `deploy with ENABLE_WRITING=true (docs/deployment.md), or set AZURE_WRITER_CLIENT_ID, and grant that identity ${WRITER_ROLE}`,
      });
    if (alert.status !== status) await this.#setInAzure(this.#writer, alert, ACTIONS[status]);
    const changed: AlertRecord = { ...alert, status };
    const columns = { ...toColumns(changed), asOf: this.#clock.now().toISOString() };
    await partition.write({ kind: 'merge', rowKey: place.rowKey, row: columns });
    return toAlertView(changed, row as StoredRow<Row>, place.subscriptionId);
  }

  async #setInAzure(writer: Defender, alert: AlertRecord, action: AlertAction): Promise<void> {
    try {
      await writer.setAlert(alert.azureId, action);
    } catch (error) {
      if (!(error instanceof AzureError)) throw error;
      throw toFailure(error);
    }
  }

  async #byAzureId(tenantId: string, id: string): Promise<Place | undefined> {
    const full = id.startsWith('/') ? id : `/${id}`;
    const [, subscriptionId] = /^\/subscriptions\/([\da-f-]{36})\//i.exec(full) ?? [];
    if (!subscriptionId) return undefined;
    const lower = subscriptionId.toLowerCase();
    const partition = this.#storeOf(tenantId).partition(lower, 'alerts');
    const index = await partition.get<{ at: string }>(`i|${keyOf(full)}`);
    return index && { subscriptionId: lower, rowKey: index.at };
  }
}

function notFound(id: string): Failure {
  return new Failure('notFound', `there is no alert ${id}`, {
    next: 'GET /api/v1/security/alerts lists them',
  });
}

function toFailure(error: AzureError): Failure {
  const { kind, message, retryAfterSeconds } = error;
  if (kind === 'refused')
    return new Failure('conflict', `Azure refuses the change: ${message}`, {
      next: `grant the identity AZURE_WRITER_CLIENT_ID the role ${WRITER_ROLE} on the subscription`,
      cause: error,
    });
  if (kind === 'notFound')
    return new Failure('notFound', `Azure has this alert no more: ${message}`, { cause: error });
  if (kind === 'badRequest')
    return new Failure('unprocessable', `Azure does not take the change: ${message}`, { cause: error });
  return new Failure('unavailable', `Azure does not answer: ${message}`, {
    retryAfterSeconds: retryAfterSeconds ?? 10,
    cause: error,
  });
}
