import type { Random } from '../random.ts';
import { link, type Recipe } from '../recipe.ts';
import { applicationInsights } from '../types/applicationInsights.ts';
import { appServicePlan } from '../types/appServicePlan.ts';
import { cosmosAccount } from '../types/cosmosAccount.ts';
import { eventGridTopic } from '../types/eventGridTopic.ts';
import { keyVault } from '../types/keyVault.ts';
import { serviceBusNamespace } from '../types/serviceBusNamespace.ts';
import { storageAccount } from '../types/storageAccount.ts';
import { userAssignedIdentity } from '../types/userAssignedIdentity.ts';
import { webSite } from '../types/webSite.ts';

/** Function apps around a message bus and Cosmos DB. */
export function serverless(recipe: Recipe, random: Random): void {
  const identity = random.chance(0.5) ? recipe.add(userAssignedIdentity) : undefined;
  const plan = recipe.add(appServicePlan, { facts: { consumption: random.chance(0.8), linux: true } });
  recipe.add(applicationInsights);
  const count = random.int(1, 4);
  for (let index = 0; index < count; index++) {
    const facts = { functions: true, linux: true };
    link(plan, 'sites', recipe.add(webSite, { suffix: `fn${index + 1}`, one: { plan, identity }, facts }));
  }
  recipe.add(storageAccount);
  recipe.add(serviceBusNamespace, { one: { identity } });
  if (random.chance(0.6)) recipe.add(cosmosAccount);
  if (random.chance(0.3)) recipe.add(eventGridTopic);
  recipe.add(keyVault);
}
