import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Network/networkInterfaces';

export const networkInterfaceIpForwarding = defineStarter({
  name: 'network-interface-ip-forwarding',
  displayName: 'Network interfaces should not forward IP traffic',
  description:
    'A machine that forwards can reach other networks on behalf of others, past their rules. Only network appliances need it.',
  category: 'Network',
  severity: 'medium',
  when: resourcesOf(TYPE, { field: `${TYPE}/enableIPForwarding`, equals: true }),
  frameworks: {
    nist80053: ['AC-4', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    mcsb: ['NS-3'],
  },
  builtInId: '88c0b9da-ce96-4b03-9635-f29a937e2900',
  remediation: {
    text: 'Turn IP forwarding off; exempt network appliances.',
    az: 'az network nic update --name <name> --resource-group <group> --ip-forwarding false',
    bicep: `properties: {
  enableIPForwarding: false
}`,
    terraform: `resource "azurerm_network_interface" "example" {
  ip_forwarding_enabled = false
}`,
  },
  examples: {
    passing: [example(TYPE, { enableIPForwarding: false }), example(TYPE, {})],
    failing: [example(TYPE, { enableIPForwarding: true })],
  },
});
