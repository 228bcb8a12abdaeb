import { containerApps } from './archetypes/containerApps.ts';
import { dataPlatform } from './archetypes/dataPlatform.ts';
import { hub } from './archetypes/hub.ts';
import { integration } from './archetypes/integration.ts';
import { intelligence } from './archetypes/intelligence.ts';
import { kubernetes } from './archetypes/kubernetes.ts';
import { leftovers } from './archetypes/leftovers.ts';
import { machines } from './archetypes/machines.ts';
import { scaleSet } from './archetypes/scaleSet.ts';
import { serverless } from './archetypes/serverless.ts';
import { webApp } from './archetypes/webApp.ts';
import type { Stamp } from './model.ts';
import { Random } from './random.ts';
import { Recipe } from './recipe.ts';

type Archetype = (recipe: Recipe, random: Random) => void;

const archetypes: Readonly<Record<string, Archetype>> = {
  hub,
  machines,
  webApp,
  serverless,
  kubernetes,
  containerApps,
  dataPlatform,
  integration,
  scaleSet,
  intelligence,
  leftovers,
};

/** Workloads in the order in which a subscription's first stamps show them, with their share after that. */
export const workloads = [
  ['machines', 26],
  ['webApp', 26],
  ['serverless', 14],
  ['dataPlatform', 10],
  ['kubernetes', 7],
  ['containerApps', 7],
  ['integration', 4],
  ['scaleSet', 4],
  ['intelligence', 4],
] as const;

/** Lays out one stamp: its resources, named and linked, not yet generated. */
export function layOut(stamp: Stamp): Recipe {
  const recipe = new Recipe(stamp);
  archetypes[stamp.archetype]?.(recipe, new Random(stamp.seed, 1, stamp.subscription.index, stamp.index));
  return recipe;
}
