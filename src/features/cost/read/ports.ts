import type { InventoryStore } from '#features/inventory/index.ts';
import type { Clock } from '#platform/clock.ts';
import type { Metric } from '../lines.ts';
import type { CostStore } from '../store.ts';

/** What the reading side of one tenant works with. */
export type ReadPorts = {
  readonly store: CostStore;
  readonly inventory: InventoryStore;
  readonly clock: Clock;
  readonly metric: Metric;
};
