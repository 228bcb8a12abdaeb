import { setTimeout as pause } from 'node:timers/promises';
import type { EventHubProducerClient } from '@azure/event-hubs';
import type { JsonObject } from '../estate/model.ts';
import type { Change } from '../state/change.ts';
import type { World } from '../world.ts';
import { affectedBy } from './affected.ts';
import type { SimulatedAlert } from './alerts.ts';
import { assessmentTypesOf, standards } from './catalogue.ts';
import { alertMessage, assessmentMessages, goneMessage, postureMessage } from './exportMessages.ts';
import { judgeRow } from './judge.ts';
import { renderControlAssessments } from './regulatory.ts';
import { renderScore, renderScoreControls } from './scores.ts';
import { tallyOf } from './tally.ts';

export type ExportTarget = { readonly connectionString: string; readonly hub: string };

const GATHER_MS = 50;
const AGAIN_MS = 1_000;
/** Scores and regulatory compliance follow at the earliest after this, and take a twentieth of the time at most. */
const POSTURE_MS = 5_000;
const POSTURE_SHARE = 20;
/** What cannot be sent for long is forgotten, the oldest first. */
const KEPT = 20_000;
const BATCH = 100;

/** Sends what changes in Defender for Cloud to an event hub, as continuous export does. */
export class ContinuousExport {
  readonly #world: Pick<World, 'estate' | 'log' | 'recorder'>;
  readonly #target: ExportTarget;
  readonly #stopping = new AbortController();
  readonly #changed = new Set<string>();
  /** Documents of scores and standards as they were sent, by id. */
  readonly #sent = new Map<string, string>();
  readonly #pending: JsonObject[] = [];
  #sending: Promise<void> | undefined;
  #posture: Promise<void> | undefined;

  constructor(world: Pick<World, 'estate' | 'log' | 'recorder'>, target: ExportTarget) {
    this.#world = world;
    this.#target = target;
  }

  onAlert(alert: SimulatedAlert): void {
    this.#enqueue([alertMessage(alert)]);
  }

  onChange(change: Change): void {
    if (change.scope !== 'resource') return;
    const { estate } = this.#world;
    const { tenantId } = estate;
    this.#changed.add((change.target.split('/')[2] ?? '').toLowerCase());
    this.#posture ??= this.#followPosture();
    if (change.kind === 'Delete') {
      const types = assessmentTypesOf.get(change.targetType.toLowerCase()) ?? [];
      const idOf = (key: string) => `${change.target}/providers/Microsoft.Security/assessments/${key}`;
      this.#enqueue(types.map(({ key }) => goneMessage(idOf(key), tenantId)));
      return;
    }
    const judged = affectedBy(estate, change).flatMap((resource) => judgeRow(estate, { resource }));
    this.#enqueue(judged.flatMap((one) => assessmentMessages(one, tenantId)));
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled([this.#sending, this.#posture]);
  }

  #enqueue(messages: readonly JsonObject[]): void {
    this.#pending.push(...messages);
    if (this.#pending.length > KEPT) this.#pending.splice(0, this.#pending.length - KEPT);
    if (this.#pending.length > 0) this.#sending ??= this.#send();
  }

  /** Until the process ends; what the hub does not take is sent again. */
  async #send(): Promise<void> {
    const { signal } = this.#stopping;
    const { EventHubProducerClient: Client } = await import('@azure/event-hubs');
    const { connectionString, hub } = this.#target;
    const client = new Client(connectionString, hub, { retryOptions: { maxRetries: 0, timeoutInMs: 5_000 } });
    while (!signal.aborted) {
      const batch = this.#pending.slice(0, BATCH);
      const isSent = batch.length === 0 || (await trySending(client, batch));
      if (isSent) this.#pending.splice(0, batch.length);
      if (batch.length < BATCH)
        await pause(isSent ? GATHER_MS : AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
    await client.close();
  }

  async #followPosture(): Promise<void> {
    const { signal } = this.#stopping;
    for (let wait = POSTURE_MS; !signal.aborted; ) {
      await pause(wait, undefined, { signal }).catch(() => undefined);
      const began = performance.now();
      const subscriptions = [...this.#changed];
      this.#changed.clear();
      for (const id of subscriptions) if (!signal.aborted) await this.#sendPosture(id);
      wait = Math.max(POSTURE_MS, POSTURE_SHARE * (performance.now() - began));
    }
  }

  async #sendPosture(subscriptionId: string): Promise<void> {
    const tally = await tallyOf(this.#world, subscriptionId);
    const documents = [
      renderScore(tally, subscriptionId),
      ...renderScoreControls(tally, { subscriptionId, isExpanded: true }),
      ...standards.flatMap((standard) =>
        standard.controls.flatMap((control) =>
          renderControlAssessments(tally, subscriptionId, { standard, control }),
        ),
      ),
    ];
    const fresh = documents.filter((document) => {
      const [id, text] = [JSON.stringify(document.id), JSON.stringify(document)];
      const isNew = this.#sent.get(id) !== text;
      this.#sent.set(id, text);
      return isNew;
    });
    this.#enqueue(fresh.map(postureMessage));
  }
}

async function trySending(client: EventHubProducerClient, batch: readonly JsonObject[]): Promise<boolean> {
  try {
    await client.sendBatch(batch.map((body) => ({ body })));
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`azure simulator: continuous export waits for its event hub: ${reason}\n`);
    return false;
  }
}
