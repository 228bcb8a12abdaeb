import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Network/networkInterfaces';

export const networkInterfacePublicIp = defineStarter({
  name: 'network-interface-public-ip',
  displayName: 'Network interfaces should not have public IP addresses',
  description:
    'A machine with an address of its own on the internet bypasses load balancers, firewalls and Bastion.',
  category: 'Network',
  severity: 'medium',
  when: resourcesOf(TYPE, {
    count: {
      field: `${TYPE}/ipConfigurations[*]`,
      where: { field: `${TYPE}/ipConfigurations[*].publicIPAddress`, exists: true },
    },
    greater: 0,
  }),
  frameworks: {
    cisAzure: ['6.7'],
    nist80053: ['AC-4', 'SC-7', 'SC-7(3)'],
    iso27001: ['A.8.20', 'A.8.22'],
    pciDss: ['1.4.4'],
    mcsb: ['NS-2'],
  },
  builtInId: '83a86a26-fd1f-447c-b59d-e51f44264114',
  remediation: {
    text: 'Put the machine behind a load balancer, application gateway or Bastion, then detach the address.',
    az: 'az network nic ip-config update --name ipconfig1 --nic-name <name> --resource-group <group> --public-ip-address null',
    bicep: `properties: {
  ipConfigurations: [
    { name: 'ipconfig1', properties: { subnet: { id: subnetId } } }
  ]
}`,
    terraform: `resource "azurerm_network_interface" "example" {
  ip_configuration {
    name                          = "ipconfig1"
    subnet_id                     = var.subnet_id
    private_ip_address_allocation = "Dynamic"
  }
}`,
  },
  examples: {
    passing: [example(TYPE, { ipConfigurations: [{ properties: { subnet: { id: '/subnet' } } }] })],
    failing: [
      example(TYPE, {
        ipConfigurations: [{ properties: {} }, { properties: { publicIPAddress: { id: '/ip' } } }],
      }),
    ],
  },
});
