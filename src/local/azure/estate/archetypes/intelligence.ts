import type { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { applicationInsights } from '../types/applicationInsights.ts';
import { cognitiveAccount } from '../types/cognitiveAccount.ts';
import { containerRegistry } from '../types/containerRegistry.ts';
import { cosmosAccount } from '../types/cosmosAccount.ts';
import { keyVault } from '../types/keyVault.ts';
import { machineLearningWorkspace } from '../types/machineLearningWorkspace.ts';
import { searchService } from '../types/searchService.ts';
import { storageAccount } from '../types/storageAccount.ts';

/** A machine learning workspace with language models and search. */
export function intelligence(recipe: Recipe, random: Random): void {
  const storage = recipe.add(storageAccount);
  const vault = recipe.add(keyVault);
  const insights = recipe.add(applicationInsights);
  const registry = recipe.add(containerRegistry);
  recipe.add(machineLearningWorkspace, { one: { storage, vault, insights, registry } });
  const accounts = random.int(1, 3);
  for (let index = 0; index < accounts; index++) recipe.add(cognitiveAccount);
  recipe.add(searchService);
  if (random.chance(0.4)) recipe.add(cosmosAccount);
}
