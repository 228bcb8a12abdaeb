import { layOut, workloads } from './archetypes.ts';
import type { Environment, Stamp, Subscription } from './model.ts';
import { Random } from './random.ts';
import { regionOf, regions } from './regions.ts';

const applications = [
  'payments',
  'orders',
  'crm',
  'billing',
  'portal',
  'catalog',
  'identity',
  'hr',
  'finance',
  'logistics',
  'telemetry',
  'search',
  'booking',
  'claims',
  'loyalty',
  'pricing',
  'reporting',
  'iot',
  'support',
  'website',
] as const;

/** Plans one subscription: stamps whose sizes add up to exactly `quota`, each with its own resource group. */
export function planSubscription(seed: number, subscription: Subscription, quota: number): readonly Stamp[] {
  const stamps: Stamp[] = [];
  const names = new Set<string>();
  let left = quota;
  while (left > 0) {
    const draft = draftStamp(seed, subscription, { index: stamps.length, hub: stamps[0], names });
    const size = layOut(draft).slots.length;
    const stamp = size <= left ? { ...draft, size } : remainder(draft, left, names);
    names.add(stamp.group.toLowerCase());
    stamps.push(stamp);
    left -= stamp.size;
  }
  return stamps;
}

type DraftOptions = {
  readonly index: number;
  readonly hub: Stamp | undefined;
  readonly names: ReadonlySet<string>;
};

function draftStamp(seed: number, subscription: Subscription, options: DraftOptions): Stamp {
  const { index } = options;
  const random = new Random(seed, 2, subscription.index, index);
  const application = random.pick(applications);
  const environment = environmentOf(subscription, random);
  const location = random.weighted(regions).name;
  const archetype = archetypeOf(index, subscription, random);
  const hub = options.hub?.archetype === 'hub' ? options.hub : undefined;
  const group = groupName({ application, environment, location, random, names: options.names, index });
  const stamp = { seed, index, subscription, hub, group, archetype, application, environment, location };
  if (archetype === 'hub')
    return { ...stamp, group: 'rg-connectivity-hub', environment: 'shared', application: 'hub', size: 0 };
  return { ...stamp, size: archetype === 'leftovers' ? random.int(2, 14) : 0 };
}

function archetypeOf(index: number, subscription: Subscription, random: Random): string {
  if (index === 0) return 'hub';
  const turn = workloads[(index - 1 + subscription.index * 3) % workloads.length];
  if (index <= workloads.length && turn !== undefined) return turn[0];
  return random.chance(0.12) ? 'leftovers' : random.weighted(workloads);
}

/** The last stamp takes what is left with resources that stand alone, so that no reference dangles. */
function remainder(draft: Stamp, left: number, names: ReadonlySet<string>): Stamp {
  const group = draft.archetype === 'hub' ? 'rg-sandbox' : unused('rg-sandbox', names);
  return { ...draft, archetype: 'leftovers', application: 'sandbox', environment: 'dev', group, size: left };
}

function environmentOf(subscription: Subscription, random: Random): Environment {
  if (subscription.managementGroup === 'mg-platform') return 'shared';
  if (subscription.managementGroup === 'mg-corp-prod') return random.chance(0.85) ? 'prod' : 'staging';
  return random.weighted([
    ['dev', 50],
    ['test', 35],
    ['staging', 15],
  ]);
}

type GroupNaming = {
  readonly application: string;
  readonly environment: Environment;
  readonly location: string;
  readonly random: Random;
  readonly names: ReadonlySet<string>;
  readonly index: number;
};

function groupName(naming: GroupNaming): string {
  const { application, environment, location, random, names } = naming;
  const region = regionOf(location).short;
  const name = random.weighted([
    [`rg-${application}-${environment}-${region}`, 70],
    [`${application}-${environment}-RG`, 12],
    [`RG_${application.toUpperCase()}_${environment.toUpperCase()}`, 8],
    [`${application}.${environment}.${region}`, 5],
    [`${application}-poc (${environment})`, 5],
  ]);
  return unused(name, names);
}

function unused(name: string, names: ReadonlySet<string>): string {
  if (!names.has(name.toLowerCase())) return name;
  let number = 2;
  while (names.has(`${name}-${String(number).padStart(3, '0')}`.toLowerCase())) number++;
  return `${name}-${String(number).padStart(3, '0')}`;
}
