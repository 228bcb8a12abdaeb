import type { ResourceType } from './model.ts';
import { actionGroup } from './types/actionGroup.ts';
import { apiManagement } from './types/apiManagement.ts';
import { applicationGateway } from './types/applicationGateway.ts';
import { applicationInsights } from './types/applicationInsights.ts';
import { appServicePlan } from './types/appServicePlan.ts';
import { automationAccount } from './types/automationAccount.ts';
import { availabilitySet } from './types/availabilitySet.ts';
import { azureFirewall } from './types/azureFirewall.ts';
import { bastionHost } from './types/bastionHost.ts';
import { cognitiveAccount } from './types/cognitiveAccount.ts';
import { containerApp } from './types/containerApp.ts';
import { containerAppEnvironment } from './types/containerAppEnvironment.ts';
import { containerRegistry } from './types/containerRegistry.ts';
import { cosmosAccount } from './types/cosmosAccount.ts';
import { dataCollectionRule } from './types/dataCollectionRule.ts';
import { dataFactory } from './types/dataFactory.ts';
import { disk } from './types/disk.ts';
import { dnsZone } from './types/dnsZone.ts';
import { eventGridTopic } from './types/eventGridTopic.ts';
import { eventHubNamespace } from './types/eventHubNamespace.ts';
import { gatewayConnection } from './types/gatewayConnection.ts';
import { keyVault } from './types/keyVault.ts';
import { loadBalancer } from './types/loadBalancer.ts';
import { localNetworkGateway } from './types/localNetworkGateway.ts';
import { logAnalyticsWorkspace } from './types/logAnalyticsWorkspace.ts';
import { logicApp } from './types/logicApp.ts';
import { machineLearningWorkspace } from './types/machineLearningWorkspace.ts';
import { managedCluster } from './types/managedCluster.ts';
import { metricAlert } from './types/metricAlert.ts';
import { natGateway } from './types/natGateway.ts';
import { networkInterface } from './types/networkInterface.ts';
import { networkSecurityGroup } from './types/networkSecurityGroup.ts';
import { networkWatcher } from './types/networkWatcher.ts';
import { postgresFlexibleServer } from './types/postgresFlexibleServer.ts';
import { privateDnsZone } from './types/privateDnsZone.ts';
import { privateDnsZoneLink } from './types/privateDnsZoneLink.ts';
import { privateEndpoint } from './types/privateEndpoint.ts';
import { publicIpAddress } from './types/publicIpAddress.ts';
import { recoveryVault } from './types/recoveryVault.ts';
import { redis } from './types/redis.ts';
import { routeTable } from './types/routeTable.ts';
import { runbook } from './types/runbook.ts';
import { searchService } from './types/searchService.ts';
import { serviceBusNamespace } from './types/serviceBusNamespace.ts';
import { smartDetectorAlertRule } from './types/smartDetectorAlertRule.ts';
import { snapshot } from './types/snapshot.ts';
import { solution } from './types/solution.ts';
import { sqlDatabase } from './types/sqlDatabase.ts';
import { sqlElasticPool } from './types/sqlElasticPool.ts';
import { sqlServer } from './types/sqlServer.ts';
import { storageAccount } from './types/storageAccount.ts';
import { userAssignedIdentity } from './types/userAssignedIdentity.ts';
import { virtualMachine } from './types/virtualMachine.ts';
import { virtualMachineExtension } from './types/virtualMachineExtension.ts';
import { virtualMachineScaleSet } from './types/virtualMachineScaleSet.ts';
import { virtualNetwork } from './types/virtualNetwork.ts';
import { virtualNetworkGateway } from './types/virtualNetworkGateway.ts';
import { wafPolicy } from './types/wafPolicy.ts';
import { webSite, webSiteSlot } from './types/webSite.ts';

/** Every resource type that the simulator can make: one file and one line each. */
export const resourceTypes: readonly ResourceType[] = [
  actionGroup,
  apiManagement,
  appServicePlan,
  applicationGateway,
  applicationInsights,
  automationAccount,
  availabilitySet,
  azureFirewall,
  bastionHost,
  cognitiveAccount,
  containerApp,
  containerAppEnvironment,
  containerRegistry,
  cosmosAccount,
  dataCollectionRule,
  dataFactory,
  disk,
  dnsZone,
  eventGridTopic,
  eventHubNamespace,
  gatewayConnection,
  keyVault,
  loadBalancer,
  localNetworkGateway,
  logAnalyticsWorkspace,
  logicApp,
  machineLearningWorkspace,
  managedCluster,
  metricAlert,
  natGateway,
  networkInterface,
  networkSecurityGroup,
  networkWatcher,
  postgresFlexibleServer,
  privateDnsZone,
  privateDnsZoneLink,
  privateEndpoint,
  publicIpAddress,
  recoveryVault,
  redis,
  routeTable,
  runbook,
  searchService,
  serviceBusNamespace,
  smartDetectorAlertRule,
  snapshot,
  solution,
  sqlDatabase,
  sqlElasticPool,
  sqlServer,
  storageAccount,
  userAssignedIdentity,
  virtualMachine,
  virtualMachineExtension,
  virtualMachineScaleSet,
  virtualNetwork,
  virtualNetworkGateway,
  wafPolicy,
  webSite,
  webSiteSlot,
];

const byType = new Map(resourceTypes.map((entry) => [entry.type.toLowerCase(), entry]));

/** Returns the definition of a type in any casing, undefined for one that the simulator does not know. */
export function findType(type: string): ResourceType | undefined {
  return byType.get(type.toLowerCase());
}
