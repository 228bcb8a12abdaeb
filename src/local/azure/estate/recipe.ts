import type { Json, ResourceType, Slot, Stamp } from './model.ts';
import { regionOf } from './regions.ts';

export type SlotOptions = {
  readonly parent?: Slot;
  readonly name?: string;
  readonly suffix?: string;
  readonly one?: Record<string, Slot | undefined>;
  readonly facts?: Record<string, Json>;
};

/** Collects the resources of one stamp and names them by each type's own naming rules. */
export class Recipe {
  readonly slots: Slot[] = [];
  readonly stamp: Stamp;
  readonly #names = new Map<string, number>();
  readonly #token: string;

  constructor(stamp: Stamp) {
    this.stamp = stamp;
    this.#token = uniqueToken(stamp);
  }

  add(type: ResourceType, options: SlotOptions = {}): Slot {
    const name = options.name ?? this.#nameFor(type, options.suffix);
    const slot: Slot = {
      type,
      name,
      id: this.#idFor(type, name, options.parent),
      ordinal: this.slots.length,
      parent: options.parent,
      one: options.one ?? {},
      many: {},
      facts: options.facts ?? {},
    };
    this.slots.push(slot);
    return slot;
  }

  #idFor(type: ResourceType, name: string, parent: Slot | undefined): string {
    if (parent !== undefined) return `${parent.id}/${type.type.slice(parent.type.type.length + 1)}/${name}`;
    const { subscription, group } = this.stamp;
    return `/subscriptions/${subscription.id}/resourceGroups/${group}/providers/${type.type}/${name}`;
  }

  #nameFor(type: ResourceType, suffix: string | undefined): string {
    const { application, environment, location } = this.stamp;
    const count = (this.#names.get(type.type) ?? 0) + 1;
    this.#names.set(type.type, count);
    const tail = suffix ?? (count === 1 ? '' : String(count).padStart(2, '0'));
    const limit = type.maxNameLength ?? 80;
    if (type.naming === 'plain') {
      const unique = `${this.#token}${count === 1 ? '' : count}`;
      const stem = `${type.prefix}${application}${environment}`.replaceAll(/[^a-z0-9]/g, '');
      return `${stem.slice(0, limit - unique.length)}${unique}`;
    }
    const parts = [type.prefix, application, environment, regionOf(location).short, tail].filter(Boolean);
    if (type.naming !== 'global') return parts.join('-').slice(0, limit);
    const unique = `-${this.#token}${count === 1 ? '' : count}`;
    const stem = [type.prefix, application, environment, suffix].filter(Boolean).join('-');
    return `${stem.slice(0, limit - unique.length)}${unique}`;
  }
}

/** Distinct for each stamp of an estate and, by the seed, most likely across estates. */
function uniqueToken(stamp: Stamp): string {
  const salt = Math.abs(stamp.seed % 1296)
    .toString(36)
    .padStart(2, '0');
  const subscription = stamp.subscription.index.toString(36).padStart(2, '0');
  return `${salt}${subscription}${stamp.index.toString(36).padStart(2, '0')}`;
}

export function link(slot: Slot, name: string, target: Slot): void {
  const list = slot.many[name];
  if (list === undefined) slot.many[name] = [target];
  else list.push(target);
}
