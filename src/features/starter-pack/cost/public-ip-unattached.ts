import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Network/publicIPAddresses';

export const publicIpUnattached = defineStarter({
  name: 'public-ip-unattached',
  displayName: 'Public IP addresses should be attached',
  description:
    'A reserved address that nothing uses costs money every hour and may be taken into use unnoticed.',
  category: 'Cost',
  severity: 'low',
  when: resourcesOf(
    TYPE,
    { field: `${TYPE}/ipConfiguration`, exists: false },
    { field: `${TYPE}/natGateway`, exists: false },
    { field: `${TYPE}/publicIPPrefix`, exists: false },
  ),
  frameworks: {
    cisAzure: ['6.7'],
    iso27001: ['A.5.9'],
  },
  remediation: {
    text: 'Delete the address, or attach it to what it was reserved for.',
    az: 'az network public-ip delete --name <name> --resource-group <group>',
    bicep: `// remove the resource from the template, or use it:
ipConfigurations: [
  { name: 'ipconfig1', properties: { publicIPAddress: { id: publicIp.id }, subnet: { id: subnetId } } }
]`,
    terraform: `resource "azurerm_nat_gateway_public_ip_association" "example" {
  nat_gateway_id       = azurerm_nat_gateway.example.id
  public_ip_address_id = azurerm_public_ip.example.id
}`,
  },
  examples: {
    passing: [
      example(TYPE, {
        ipConfiguration: {
          id: '/subscriptions/1/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/nic/ipConfigurations/a',
        },
      }),
      example(TYPE, {
        natGateway: { id: '/subscriptions/1/resourceGroups/g/providers/Microsoft.Network/natGateways/nat' },
      }),
    ],
    failing: [example(TYPE, { ipAddress: '20.1.2.3' })],
  },
});
