import type { FaultControl } from '../faults/faultControl.ts';
import { type EventSchema, handshake, post } from './endpoint.ts';
import type { ResourceEvent } from './resourceEvent.ts';

export type EventGridOptions = {
  readonly endpoint: string | undefined;
  readonly schema: EventSchema;
  readonly topic: string;
  /** Event Grid's retry schedule is multiplied by this; 1 is the real one. */
  readonly retryScale: number;
  readonly faults: FaultControl;
};

export type DeliveryCounts = {
  readonly pending: number;
  readonly delivered: number;
  readonly failed: number;
  readonly lost: number;
};

type Delivery = { readonly event: ResourceEvent; readonly attempt: number };

/** Seconds before the second, third … attempt. @see https://learn.microsoft.com/azure/event-grid/delivery-and-retry */
const schedule = [10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200];
const maxAttempts = 30;
const concurrency = 16;
/** Statuses after which Event Grid gives an event up at once. */
const hopeless = new Set([400, 413]);

/** Sends events to one webhook: handshake first, then each event until it is taken, as Event Grid does. */
export class EventGrid {
  readonly #options: EventGridOptions;
  #endpoint: string | undefined;
  #isValidated = false;
  #isShaking = false;
  #isClosed = false;
  #active = 0;
  #waiting: Delivery[] = [];
  #held: ResourceEvent | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #counts = { delivered: 0, failed: 0, lost: 0, later: 0 };

  constructor(options: EventGridOptions) {
    this.#options = options;
    this.setEndpoint(options.endpoint);
  }

  get endpoint(): string | undefined {
    return this.#endpoint;
  }

  get isValidated(): boolean {
    return this.#isValidated;
  }

  get counts(): DeliveryCounts {
    const { delivered, failed, lost, later } = this.#counts;
    return {
      pending: this.#waiting.length + this.#active + later + (this.#held === undefined ? 0 : 1),
      delivered,
      failed,
      lost,
    };
  }

  setEndpoint(endpoint: string | undefined): void {
    this.#endpoint = endpoint;
    this.#isValidated = false;
    if (endpoint !== undefined && !this.#isShaking) void this.#shake();
  }

  /** Takes an event for delivery, with the faults that are switched on. Nobody subscribed: it is gone, as in Azure. */
  publish(event: ResourceEvent): void {
    if (this.#endpoint === undefined || this.#isClosed) return;
    const { faults } = this.#options;
    const rates = faults.current.events;
    if (rates !== undefined && faults.draws('lose', rates.lose)) {
      this.#counts.lost++;
      return;
    }
    if (rates !== undefined && this.#held === undefined && faults.draws('reorder', rates.reorder)) {
      this.#held = event;
      this.#later(1000, () => this.#release());
      return;
    }
    const copies = rates !== undefined && faults.draws('duplicate', rates.duplicate) ? 2 : 1;
    const late = rates !== undefined && faults.draws('delay', rates.delay);
    for (let copy = 0; copy < copies; copy++) {
      if (late) this.#later(rates.delayMilliseconds, () => this.#enqueue({ event, attempt: 1 }));
      else this.#enqueue({ event, attempt: 1 });
    }
    this.#release();
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #release(): void {
    const event = this.#held;
    this.#held = undefined;
    if (event !== undefined) this.#enqueue({ event, attempt: 1 });
  }

  #later(milliseconds: number, work: () => void): void {
    this.#counts.later++;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#counts.later--;
      work();
    }, milliseconds);
    this.#timers.add(timer);
  }

  #enqueue(delivery: Delivery): void {
    this.#waiting.push(delivery);
    this.#pump();
  }

  #pump(): void {
    while (this.#isValidated && !this.#isClosed && this.#active < concurrency) {
      const delivery = this.#waiting.shift();
      if (delivery === undefined) return;
      this.#active++;
      void this.#deliver(delivery).finally(() => {
        this.#active--;
        this.#pump();
      });
    }
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const status = await post(this.#endpoint ?? '', this.#options.schema, delivery);
    if (status >= 200 && status < 300) this.#counts.delivered++;
    else if (hopeless.has(status) || delivery.attempt >= maxAttempts) this.#counts.failed++;
    else {
      const seconds = schedule[Math.min(delivery.attempt, schedule.length) - 1] ?? 43_200;
      const next = { event: delivery.event, attempt: delivery.attempt + 1 };
      this.#later(seconds * 1000 * this.#options.retryScale, () => this.#enqueue(next));
    }
  }

  /** Tries the handshake until it succeeds: the app starts after the simulator. */
  async #shake(): Promise<void> {
    this.#isShaking = true;
    while (!this.#isClosed && !this.#isValidated && this.#endpoint !== undefined) {
      const asked = this.#endpoint;
      const isAccepted = await handshake(asked, this.#options.schema, this.#options.topic);
      this.#isValidated = isAccepted && asked === this.#endpoint;
      if (!this.#isValidated) await this.#pause(250);
    }
    this.#isShaking = false;
    this.#pump();
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, milliseconds);
      this.#timers.add(timer);
    });
  }
}
