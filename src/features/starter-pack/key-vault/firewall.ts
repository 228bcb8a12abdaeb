import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.KeyVault/vaults';

export const keyVaultFirewall = defineStarter({
  name: 'key-vault-firewall',
  displayName: 'Key vaults should restrict network access',
  description:
    'A vault open to every network hands its secrets to whoever steals a token, wherever they are.',
  category: 'Key Vault',
  severity: 'high',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/publicNetworkAccess`, notIn: ['Disabled', 'SecuredByPerimeter'] },
    { field: `${TYPE}/networkAcls.defaultAction`, notEquals: 'Deny' },
  ),
  frameworks: {
    nist80053: ['AC-4', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.3.1'],
    mcsb: ['NS-2', 'DP-8'],
  },
  builtInId: '55615ac9-af46-4a59-874e-391cc3dfb490',
  remediation: {
    text: 'Deny by default, then allow the networks that need the vault, or use a private endpoint.',
    az: 'az keyvault update --name <name> --resource-group <group> --default-action Deny --bypass AzureServices',
    bicep: `properties: {
  networkAcls: {
    defaultAction: 'Deny'
    bypass: 'AzureServices'
  }
}`,
    terraform: `resource "azurerm_key_vault" "example" {
  network_acls {
    default_action = "Deny"
    bypass         = "AzureServices"
  }
}`,
  },
  examples: {
    passing: [
      example(TYPE, { networkAcls: { defaultAction: 'Deny' } }),
      example(TYPE, { publicNetworkAccess: 'Disabled', networkAcls: { defaultAction: 'Allow' } }),
    ],
    failing: [
      example(TYPE, { publicNetworkAccess: 'Enabled', networkAcls: { defaultAction: 'Allow' } }),
      example(TYPE, {}),
    ],
  },
});
