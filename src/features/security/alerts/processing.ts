import * as z from 'zod';
import { fromColumns } from '#features/connectors/index.ts';
import type { Clock } from '#platform/clock.ts';
import { messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { OutgoingMessage, Queues } from '#platform/queues.ts';
import type { Partition, Row } from '#platform/tables.ts';
import { sourceOf } from '../events.ts';
import { parseAlertId } from '../ids.ts';
import type { AlertRecord } from '../mapping/alert.ts';
import type { SecurityStore } from '../store.ts';
import type { AlertProcessor, Processing } from './processor.ts';
import { type AlertMessage, alertsQueue } from './queue.ts';

export type ProcessingPorts = {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly storeOf: (tenantId: string) => SecurityStore;
  readonly processors: readonly AlertProcessor[];
};

/** AlertTriggered, as far as it is used; others than ours are told apart by `source`. */
const Triggered = z.object({
  id: z.string(),
  type: z.literal('AlertTriggered'),
  source: z.string(),
  tenantid: z.string(),
  data: z.object({ alert_id: z.string() }),
});

/** After these pauses a processor that failed is tried again; then it has failed for good. */
const PAUSES_SECONDS = [5, 30, 120, 600, 1800];
/** Columns of an alert's row that say what came of its processors begin so. */
export const PROCESSED = 'processor_';

/** Runs every processor on every alert, each by a message of its own. */
export class AlertProcessing {
  readonly #ports: ProcessingPorts;

  constructor(ports: ProcessingPorts) {
    this.#ports = ports;
  }

  /** Takes from a batch of events the alerts that were raised here, and queues each for every processor. */
  async acceptEvents(events: readonly unknown[]): Promise<void> {
    const messages = events.flatMap((event): OutgoingMessage[] => {
      const parsed = Triggered.safeParse(event);
      if (!parsed.success) return [];
      const { id, source, tenantid: tenantId, data } = parsed.data;
      const place = parseAlertId(data.alert_id);
      if (source !== sourceOf(tenantId) || !place) return [];
      return this.#ports.processors.map(({ name: processor }) => {
        const body: AlertMessage = { tenantId, ...place, processor, attempt: 1 };
        return { body, messageId: `${id}|${processor}`, tenantId };
      });
    });
    if (messages.length > 0) await this.#ports.queues.send(alertsQueue, messages);
  }

  /** Runs one processor on one alert and records what came of it; one that fails is queued again. */
  async process(message: AlertMessage): Promise<void> {
    const { tenantId, subscriptionId, rowKey, processor: name, attempt } = message;
    const processor = this.#ports.processors.find((one) => one.name === name);
    const partition = this.#ports.storeOf(tenantId).partition(subscriptionId, 'alerts');
    const row = await partition.get<Row>(rowKey);
    if (!processor || row?.hash === undefined) return;
    const alert = fromColumns<AlertRecord>(row);
    const record = (processing: Partial<Processing>) =>
      this.#record(partition, rowKey, { processor: name, attempts: attempt, ...processing });
    if (!processor.canProcess(alert)) return record({ status: 'skipped', attempts: 0 });
    try {
      const result = await processor.process({ tenantId, subscriptionId, alert });
      await record({ status: 'succeeded', ...result });
    } catch (error) {
      const pause = PAUSES_SECONDS[attempt - 1];
      log.warning('an alert could not be processed', {
        rowKey,
        processor: name,
        attempt,
        error: messageOf(error),
      });
      await record({ status: pause === undefined ? 'failed' : 'retrying', error: messageOf(error) });
      if (pause !== undefined) await this.#queueAgain(message, pause);
    }
  }

  async #queueAgain(message: AlertMessage, seconds: number): Promise<void> {
    const { queues, clock } = this.#ports;
    const body: AlertMessage = { ...message, attempt: message.attempt + 1 };
    const messageId = `${message.subscriptionId}|${message.rowKey}|${message.processor}|${body.attempt}`;
    const notBefore = new Date(clock.now().getTime() + seconds * 1000);
    await queues.send(alertsQueue, [{ body, messageId, tenantId: message.tenantId, notBefore }]);
  }

  async #record(partition: Partition, rowKey: string, processing: Partial<Processing>): Promise<void> {
    const at = this.#ports.clock.now().toISOString();
    const complete = { summary: null, details: {}, error: null, at, ...processing };
    const row = { [`${PROCESSED}${processing.processor}`]: JSON.stringify(complete) };
    await partition.write({ kind: 'merge', rowKey, row });
  }
}

/** What came of an alert's processors so far, by name. */
export function processingOf(row: Row): Processing[] {
  return Object.entries(row)
    .filter(([column]) => column.startsWith(PROCESSED))
    .map(([, json]) => JSON.parse(String(json)) as Processing)
    .sort((a, b) => a.processor.localeCompare(b.processor));
}
