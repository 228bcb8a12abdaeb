import { TemplateFault } from '../problem.ts';
import { scopeId } from '../scope.ts';
import { NotKnown, readText, type Value } from '../value.ts';
import type { FunctionCall, TemplateFunction } from './function.ts';

/** Functions about where and as what the template is deployed. */
export const surroundingFunctions: Readonly<Record<string, TemplateFunction>> = {
  resourceGroup,
  subscription,
  tenant: ({ frame }) => frame.surroundings.tenant ?? notKnown('the tenant'),
  managementGroup,
  deployment: ({ frame }) => ({
    name: frame.deploymentName,
    properties: {
      template: { contentVersion: readText(frame.template, 'contentVersion') },
      mode: 'Incremental',
    },
  }),
  environment: () => PUBLIC_CLOUD,
};

/** Source: "Deployment functions for ARM templates", `environment()`, public cloud. */
const PUBLIC_CLOUD: Value = {
  name: 'AzureCloud',
  resourceManager: 'https://management.azure.com/',
  gallery: 'https://gallery.azure.com/',
  graph: 'https://graph.windows.net/',
  portal: 'https://portal.azure.com',
  graphAudience: 'https://graph.windows.net/',
  authentication: {
    loginEndpoint: 'https://login.microsoftonline.com/',
    audiences: ['https://management.core.windows.net/', 'https://management.azure.com/'],
    tenant: 'common',
    identityProvider: 'AAD',
  },
  suffixes: {
    acrLoginServer: '.azurecr.io',
    azureDatalakeStoreFileSystem: 'azuredatalakestore.net',
    keyvaultDns: '.vault.azure.net',
    sqlServerHostname: '.database.windows.net',
    storage: 'core.windows.net',
  },
};

function resourceGroup({ frame, path }: FunctionCall): Value {
  const { scope, surroundings } = frame;
  if (scope.kind !== 'resourceGroup')
    throw new TemplateFault(path, 'resourceGroup() is there only in a deployment to a resource group');
  const id = scopeId(scope);
  const type = 'Microsoft.Resources/resourceGroups';
  return { id, name: scope.resourceGroup, type, ...surroundings.resourceGroup };
}

function subscription({ frame, path }: FunctionCall): Value {
  const { scope, surroundings } = frame;
  if (scope.kind !== 'resourceGroup' && scope.kind !== 'subscription')
    throw new TemplateFault(path, 'subscription() is not there in a deployment above subscriptions');
  const { subscriptionId } = scope;
  return { id: `/subscriptions/${subscriptionId}`, subscriptionId, ...surroundings.subscription };
}

function managementGroup({ frame, path }: FunctionCall): Value {
  const { scope } = frame;
  if (scope.kind !== 'managementGroup')
    throw new TemplateFault(path, 'managementGroup() is there only in a deployment to a management group');
  return { id: scopeId(scope), name: scope.managementGroup, type: 'Microsoft.Management/managementGroups' };
}

function notKnown(what: string): never {
  throw new NotKnown(what);
}
