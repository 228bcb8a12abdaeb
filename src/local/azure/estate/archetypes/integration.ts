import type { Random } from '../random.ts';
import type { Recipe } from '../recipe.ts';
import { apiManagement } from '../types/apiManagement.ts';
import { applicationGateway } from '../types/applicationGateway.ts';
import { applicationInsights } from '../types/applicationInsights.ts';
import { eventGridTopic } from '../types/eventGridTopic.ts';
import { keyVault } from '../types/keyVault.ts';
import { logicApp } from '../types/logicApp.ts';
import { publicIpAddress } from '../types/publicIpAddress.ts';
import { serviceBusNamespace } from '../types/serviceBusNamespace.ts';
import { wafPolicy } from '../types/wafPolicy.ts';
import { addNetwork } from './network.ts';

/** The edge: an application gateway before API Management, with messaging behind. */
export function integration(recipe: Recipe, random: Random): void {
  const network = addNetwork(recipe, ['snet-gateway', 'snet-apim']);
  const publicIp = recipe.add(publicIpAddress, {
    suffix: 'agw',
    facts: { configuration: 'frontendIPConfigurations/public' },
  });
  const waf = random.chance(0.7) ? recipe.add(wafPolicy) : undefined;
  const one = { network, publicIp, wafPolicy: waf };
  const gateway = recipe.add(applicationGateway, { one, facts: { subnet: 'snet-gateway' } });
  publicIp.one.owner = gateway;
  if (waf !== undefined) waf.one.gateway = gateway;
  recipe.add(apiManagement);
  recipe.add(applicationInsights);
  recipe.add(serviceBusNamespace);
  if (random.chance(0.5)) recipe.add(eventGridTopic);
  const flows = random.int(1, 4);
  for (let index = 0; index < flows; index++) recipe.add(logicApp);
  recipe.add(keyVault);
}
