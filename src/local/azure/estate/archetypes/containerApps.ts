import type { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { link } from '../recipe.ts';
import { containerApp } from '../types/containerApp.ts';
import { containerAppEnvironment } from '../types/containerAppEnvironment.ts';
import { containerRegistry } from '../types/containerRegistry.ts';
import { logAnalyticsWorkspace } from '../types/logAnalyticsWorkspace.ts';
import { postgresFlexibleServer } from '../types/postgresFlexibleServer.ts';
import { privateDnsZone } from '../types/privateDnsZone.ts';
import { privateDnsZoneLink } from '../types/privateDnsZoneLink.ts';
import { redis } from '../types/redis.ts';
import { userAssignedIdentity } from '../types/userAssignedIdentity.ts';
import { addNetwork } from './network.ts';

/** Container apps with a PostgreSQL server inside the network. */
export function containerApps(recipe: Recipe, random: Random): void {
  const network = addNetwork(recipe, ['snet-apps', 'snet-postgres']);
  network.facts['delegation:snet-postgres'] = 'Microsoft.DBforPostgreSQL/flexibleServers';
  const identity = recipe.add(userAssignedIdentity);
  recipe.add(logAnalyticsWorkspace);
  const registry = recipe.add(containerRegistry);
  const environment = recipe.add(containerAppEnvironment, {
    one: { network },
    facts: { subnet: 'snet-apps' },
  });
  const count = random.int(1, 5);
  for (let index = 0; index < count; index++)
    recipe.add(containerApp, { one: { environment, registry, identity } });
  if (random.chance(0.5)) {
    const name = `${recipe.stamp.application}.private.postgres.database.azure.com`;
    const zone = recipe.add(privateDnsZone, { name });
    link(zone, 'links', recipe.add(privateDnsZoneLink, { parent: zone, name: 'link', one: { network } }));
    recipe.add(postgresFlexibleServer, { one: { network, zone }, facts: { subnet: 'snet-postgres' } });
  } else recipe.add(postgresFlexibleServer);
  if (random.chance(0.4)) recipe.add(redis);
}
