import type { AuditedCall } from '#http/ports.ts';

type Kind = { readonly call: AuditedCall; count: number };

const MINUTE_MS = 60_000;
const MAX_KINDS = 500;

/**
 * Refused calls cost whoever sends them nothing, so they must not cost a row each: of the same caller, address,
 * operation and status, the first of a minute is kept at once, and at its end how many more there were.
 */
export class Refusals {
  readonly #keep: (call: AuditedCall, more?: { repeated: number }) => void;
  readonly #kinds = new Map<string, Kind>();

  constructor(keep: (call: AuditedCall, more?: { repeated: number }) => void) {
    this.#keep = keep;
  }

  note(call: AuditedCall): void {
    const { caller, origin, route, status } = call;
    const own = JSON.stringify([caller?.tenantId, caller?.id, origin.address, route.name, status]);
    const name = this.#kinds.has(own) || this.#kinds.size < MAX_KINDS ? own : 'others';
    const known = this.#kinds.get(name);
    if (known) {
      known.count += 1;
      return;
    }
    if (this.#kinds.size === 0) setTimeout(() => this.flush(), MINUTE_MS).unref();
    this.#kinds.set(name, { call, count: 0 });
    this.#keep(call);
  }

  /** Keeps how many more there were of each, and begins anew. */
  flush(): void {
    const kinds = [...this.#kinds.values()];
    this.#kinds.clear();
    for (const { call, count } of kinds) if (count > 0) this.#keep(call, { repeated: count });
  }
}
