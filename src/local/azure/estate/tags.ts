import type { Environment, JsonObject } from './model.ts';
import { pickPerson } from './people.ts';
import type { Random } from './random.ts';

const environmentSpellings: Readonly<Record<Environment, readonly [string, ...string[]]>> = {
  prod: ['prod', 'prod', 'prod', 'Production', 'PROD', 'prd'],
  staging: ['staging', 'staging', 'stg', 'Staging'],
  test: ['test', 'test', 'Test', 'tst', 'QA'],
  dev: ['dev', 'dev', 'dev', 'development', 'Dev'],
  shared: ['shared', 'shared', 'prod', 'Shared'],
};

const messyKeys: Readonly<Record<string, readonly [string, ...string[]]>> = {
  owner: ['Owner', 'owner ', 'OWNER', 'ownr', 'Responsible'],
  costCenter: ['CostCenter', 'costcenter', 'cost-center', 'costCentre', 'costCenterr'],
  environment: ['Environment', 'env', 'enviroment', 'ENVIRONMENT'],
  application: ['Application', 'app', 'applicaton'],
};

const criticalities = ['low', 'medium', 'high', 'mission-critical'] as const;

export type TagHabits = { readonly discipline: number; readonly tags: Readonly<Record<string, string>> };

/** What the team of one resource group puts on its resources, and how carefully (0 … 1). */
export function tagHabits(random: Random, application: string, environment: Environment): TagHabits {
  const tags: Record<string, string> = {
    owner: pickPerson(random).upn,
    costCenter: `CC-${1000 + random.int(0, 59) * 10}`,
    environment: random.pick(environmentSpellings[environment]),
    application,
  };
  if (random.chance(0.35)) tags.criticality = random.pick(criticalities);
  if (random.chance(0.25)) tags.dataClassification = random.pick(['internal', 'confidential', 'public']);
  if (random.chance(0.4)) tags.managedBy = random.pick(['terraform', 'bicep', 'portal', 'Terraform']);
  const discipline = random.weighted([
    [0.97, 50],
    [0.8, 30],
    [0.4, 14],
    [0, 6],
  ]);
  return { discipline, tags };
}

/** Returns one resource's tags: some are missing, some misspelt, as the team's discipline goes. */
export function tagsOf(random: Random, habits: TagHabits): JsonObject | undefined {
  if (!random.chance(habits.discipline + 0.02)) return undefined;
  const tags: Record<string, string> = {};
  const slip = (1 - habits.discipline) * 0.4 + 0.01;
  for (const [key, value] of Object.entries(habits.tags)) {
    if (random.chance(slip)) continue;
    const messy = messyKeys[key];
    tags[messy !== undefined && random.chance(slip) ? random.pick(messy) : key] = value;
  }
  return tags;
}
