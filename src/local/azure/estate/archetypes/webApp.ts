import type { Random } from '../random.ts';
import { link, type Recipe } from '../recipe.ts';
import { applicationInsights } from '../types/applicationInsights.ts';
import { appServicePlan } from '../types/appServicePlan.ts';
import { keyVault } from '../types/keyVault.ts';
import { logAnalyticsWorkspace } from '../types/logAnalyticsWorkspace.ts';
import { redis } from '../types/redis.ts';
import { smartDetectorAlertRule } from '../types/smartDetectorAlertRule.ts';
import { sqlDatabase } from '../types/sqlDatabase.ts';
import { sqlServer } from '../types/sqlServer.ts';
import { storageAccount } from '../types/storageAccount.ts';
import { userAssignedIdentity } from '../types/userAssignedIdentity.ts';
import { webSite, webSiteSlot } from '../types/webSite.ts';
import { addNetwork, addPrivateEndpoint } from './network.ts';

/** A web application on App Service with a SQL database. */
export function webApp(recipe: Recipe, random: Random): void {
  const linux = random.chance(0.5);
  const identity = random.chance(0.4) ? recipe.add(userAssignedIdentity) : undefined;
  const plan = recipe.add(appServicePlan, { facts: { linux } });
  const workspace = random.chance(0.5) ? recipe.add(logAnalyticsWorkspace) : undefined;
  const insights = recipe.add(applicationInsights, { one: { workspace } });
  recipe.add(smartDetectorAlertRule, { name: `Failure Anomalies - ${insights.name}`, one: { insights } });
  const sites = random.int(1, 3);
  for (let index = 0; index < sites; index++) {
    const site = recipe.add(webSite, { one: { plan, identity }, facts: { linux } });
    link(plan, 'sites', site);
    if (random.chance(0.3))
      recipe.add(webSiteSlot, { parent: site, name: 'staging', one: { plan }, facts: { linux } });
  }
  const server = recipe.add(sqlServer, { one: { identity } });
  recipe.add(sqlDatabase, { parent: server, name: 'master' });
  recipe.add(sqlDatabase, { parent: server, name: `sqldb-${recipe.stamp.application}` });
  const vault = recipe.add(keyVault);
  const storage = recipe.add(storageAccount, { one: { identity } });
  if (random.chance(0.35)) recipe.add(redis);
  if (random.chance(0.35)) {
    const network = addNetwork(recipe, ['snet-private']);
    const at = { network, subnet: 'snet-private' };
    addPrivateEndpoint(recipe, server, { ...at, groupId: 'sqlServer' });
    addPrivateEndpoint(recipe, vault, { ...at, groupId: 'vault' });
    addPrivateEndpoint(recipe, storage, { ...at, groupId: 'blob' });
  }
}
