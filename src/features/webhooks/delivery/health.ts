import { log } from '#platform/log.ts';
import type { Endpoint } from '../endpointStore.ts';
import type { Room } from '../room.ts';
import { toAlert } from './alert.ts';

/** How long this process trusts what it knows of a tenant's endpoints: another may have noted a failure. */
const TRUST_MS = 60_000;
const DAY_MS = 86_400_000;

type Known = { readonly readAt: number; readonly failing: Promise<Map<string, string>> };

/** Since when endpoints fail; those that have failed everything for long enough are disabled, with notice. */
export class Health {
  readonly #room: Room;
  readonly #disableAfterMs: number;
  readonly #known = new Map<string, Known>();

  constructor(room: Room, options: { disableAfterDays: number }) {
    this.#room = room;
    this.#disableAfterMs = options.disableAfterDays * DAY_MS;
  }

  async succeeded(endpoint: Endpoint): Promise<void> {
    const failing = await this.#failing(endpoint);
    if (failing.has(endpoint.id)) await this.forget(endpoint);
  }

  async failed(endpoint: Endpoint): Promise<void> {
    const now = this.#room.clock.now();
    const failing = await this.#failing(endpoint);
    const since = failing.get(endpoint.id);
    if (since === undefined) {
      failing.set(endpoint.id, now.toISOString());
      return this.#endpoints(endpoint).setFailing(endpoint.id, now.toISOString());
    }
    if (now.getTime() - Date.parse(since) < this.#disableAfterMs) return;
    const current = await this.#endpoints(endpoint).failingSince(endpoint.id);
    if (current !== undefined && current <= since)
      return this.disable(endpoint, `every delivery has failed since ${since}`);
    if (current === undefined) failing.delete(endpoint.id);
    else failing.set(endpoint.id, current);
  }

  async disable(endpoint: Endpoint, reason: string): Promise<void> {
    const alert = toAlert(endpoint, { type: 'webhook.disabled', reason, at: this.#room.clock.now() });
    const change = (now: Endpoint) => ({ ...now, active: false, disabled_reason: reason });
    await this.#endpoints(endpoint).update(endpoint.id, change, [alert]);
    log.warning('webhook disabled', { tenantId: endpoint.tenant_id, webhookId: endpoint.id, reason });
  }

  /** Healthy until shown otherwise. */
  async forget(endpoint: Endpoint): Promise<void> {
    (await this.#failing(endpoint)).delete(endpoint.id);
    await this.#endpoints(endpoint).setFailing(endpoint.id, undefined);
  }

  #endpoints({ tenant_id: tenantId }: Endpoint) {
    return this.#room.storesOf(tenantId).endpoints;
  }

  #failing({ tenant_id: tenantId }: Endpoint): Promise<Map<string, string>> {
    const known = this.#known.get(tenantId);
    if (known && performance.now() - known.readAt < TRUST_MS) return known.failing;
    const failing = this.#room.storesOf(tenantId).endpoints.failing();
    this.#known.set(tenantId, { failing, readAt: performance.now() });
    failing.catch(() => this.#known.delete(tenantId));
    return failing;
  }
}
