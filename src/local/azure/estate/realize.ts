import { layOut } from './archetypes.ts';
import type { BuildContext, Group, JsonObject, Resource, Slot, Stamp } from './model.ts';
import { pickApplication, pickPerson } from './people.ts';
import { Random } from './random.ts';
import { regionOf } from './regions.ts';
import { type TagHabits, tagHabits, tagsOf } from './tags.ts';

/** The moment at which the generated estate stands; everything in it is older. */
export const epoch = Date.UTC(2026, 5, 1);

const day = 86_400_000;

/** Generates all resources of a stamp. The same stamp always gives the same resources. */
export function realize(stamp: Stamp, tenantId: string): readonly Resource[] {
  const habits = habitsOf(stamp);
  return layOut(stamp).slots.map((slot) => realizeSlot(slot, { stamp, tenantId, habits }));
}

type RealizeOptions = {
  readonly stamp: Stamp;
  readonly tenantId: string;
  readonly habits: TagHabits;
  readonly random?: Random;
  /** In place of the past before the epoch, for a resource made now. */
  readonly past?: BuildContext['past'];
};

/** Generates one resource from its slot. */
export function realizeSlot(slot: Slot, options: RealizeOptions): Resource {
  const { stamp, tenantId, habits } = options;
  const random =
    options.random ?? new Random(stamp.seed, 6, stamp.subscription.index, stamp.index, slot.ordinal);
  const tags = slot.type.untagged === true ? undefined : tagsOf(random, habits);
  const systemData = systemDataOf(random);
  const factor = stamp.environment === 'prod' ? 0.5 : 1.15;
  const context: BuildContext = {
    stamp,
    random,
    tenantId,
    lax: (rate) => random.next() < rate * factor,
    past:
      options.past ??
      ((maxDays = 1400) => new Date(epoch - Math.floor(random.next() * maxDays * day)).toISOString()),
  };
  const body = slot.type.build(slot, context);
  const location = slot.type.global === true ? 'global' : stamp.location;
  return {
    id: slot.id,
    name: slot.name,
    type: slot.type.type,
    location: slot.type.displayLocation === true ? regionOf(location).display : location,
    ...body,
    tags,
    systemData,
  };
}

export function habitsOf(stamp: Stamp): TagHabits {
  return tagHabits(
    new Random(stamp.seed, 7, stamp.subscription.index, stamp.index),
    stamp.application,
    stamp.environment,
  );
}

export function groupOf(stamp: Stamp): Group {
  const random = new Random(stamp.seed, 8, stamp.subscription.index, stamp.index);
  const tags = tagsOf(random, habitsOf(stamp));
  return {
    id: `/subscriptions/${stamp.subscription.id}/resourceGroups/${stamp.group}`,
    name: stamp.group,
    subscriptionId: stamp.subscription.id,
    location: stamp.location,
    tags,
    provisioningState: 'Succeeded',
    systemData: systemDataOf(random),
  };
}

function systemDataOf(random: Random): JsonObject {
  const created = epoch - Math.floor(random.next() * 1400 * day);
  const modified = created + Math.floor(random.next() * random.next() * (epoch - created));
  const person = random.chance(0.45);
  const by = person ? pickPerson(random).upn : pickApplication(random).appId;
  const kind = person ? 'User' : 'Application';
  return {
    createdBy: by,
    createdByType: kind,
    createdAt: new Date(created).toISOString(),
    lastModifiedBy: by,
    lastModifiedByType: kind,
    lastModifiedAt: new Date(modified).toISOString(),
  };
}
