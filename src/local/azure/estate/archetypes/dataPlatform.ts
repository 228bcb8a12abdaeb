import type { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { dataFactory } from '../types/dataFactory.ts';
import { eventHubNamespace } from '../types/eventHubNamespace.ts';
import { keyVault } from '../types/keyVault.ts';
import { logicApp } from '../types/logicApp.ts';
import { sqlDatabase } from '../types/sqlDatabase.ts';
import { sqlElasticPool } from '../types/sqlElasticPool.ts';
import { sqlServer } from '../types/sqlServer.ts';
import { storageAccount } from '../types/storageAccount.ts';
import { addNetwork, addPrivateEndpoint } from './network.ts';

/** A lake, its pipelines and a warehouse of many databases. */
export function dataPlatform(recipe: Recipe, random: Random): void {
  const lake = recipe.add(storageAccount, { facts: { hierarchical: true } });
  recipe.add(storageAccount);
  recipe.add(dataFactory);
  recipe.add(eventHubNamespace);
  recipe.add(keyVault);
  recipe.add(logicApp);
  const server = recipe.add(sqlServer);
  recipe.add(sqlDatabase, { parent: server, name: 'master' });
  if (random.chance(0.6)) recipe.add(sqlElasticPool, { parent: server, name: 'pool-shared' });
  const count = random.int(2, 8);
  for (let index = 1; index <= count; index++)
    recipe.add(sqlDatabase, { parent: server, name: `dwh_${String(index).padStart(2, '0')}` });
  if (random.chance(0.4)) {
    const network = addNetwork(recipe, ['snet-private']);
    addPrivateEndpoint(recipe, lake, { network, subnet: 'snet-private', groupId: 'dfs' });
    addPrivateEndpoint(recipe, server, { network, subnet: 'snet-private', groupId: 'sqlServer' });
  }
}
