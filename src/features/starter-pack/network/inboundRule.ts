import type { Condition, Remediation, ResourceDocument } from '../definition.ts';
import { example } from '../example.ts';

export const GROUPS = 'Microsoft.Network/networkSecurityGroups';
const RULES = `${GROUPS}/securityRules[*]`;

/** Sources that mean everyone. */
const EVERYONE = ['*', 'Internet', 'Any', '0.0.0.0/0', '0.0.0.0', '::/0'];

/** What a condition on inbound rules asks for. */
export interface Opening {
  readonly ports: readonly number[];
  /** As rules name them; `*` is every protocol. */
  readonly protocols: readonly string[];
}

/** Holds for a security group with a rule that lets everyone in to one of the ports, alone or within a range. */
export function openFromInternet({ ports, protocols }: Opening): Condition {
  const single = `current('${RULES}.destinationPortRange')`;
  const several = `${RULES}.destinationPortRanges[*]`;
  const where = {
    anyOf: ports.map((port) => ({ value: covers(`current('${several}')`, port), equals: true })),
  };
  const reaches = [
    ...ports.map((port) => ({ value: covers(single, port), equals: true })),
    { count: { field: several, where }, greater: 0 },
  ];
  return someRule({ field: `${RULES}.protocol`, in: protocols }, { anyOf: reaches });
}

/** Holds for a security group with a rule that lets everyone in to every port. */
export function allPortsFromInternet(): Condition {
  return someRule({ field: `${RULES}.destinationPortRange`, in: ['*', '0-65535', '1-65535'] });
}

function someRule(...conditions: readonly Condition[]): Condition {
  const fromEveryone = {
    anyOf: [
      { field: `${RULES}.sourceAddressPrefix`, in: EVERYONE },
      {
        count: {
          field: `${RULES}.sourceAddressPrefixes[*]`,
          where: { field: `${RULES}.sourceAddressPrefixes[*]`, in: EVERYONE },
        },
        greater: 0,
      },
    ],
  };
  const where = {
    allOf: [
      { field: `${RULES}.access`, equals: 'Allow' },
      { field: `${RULES}.direction`, equals: 'Inbound' },
      fromEveryone,
      ...conditions,
    ],
  };
  return { count: { field: RULES, where }, greater: 0 };
}

/** An expression: whether `*`, a port or a range such as `20-30` covers a port. */
function covers(range: string, port: number): string {
  const text = `string(coalesce(${range}, ''))`;
  const [first, last] = ['first', 'last'].map((end) => `int(${end}(split(${text}, '-')))`);
  const within = `and(lessOrEquals(${first}, ${port}), greaterOrEquals(${last}, ${port}))`;
  return `[if(contains(${text}, '-'), ${within}, or(equals(${text}, '*'), equals(${text}, '${port}')))]`;
}

/** A security group for examples, with one rule or none: inbound, allowed, TCP, unless said otherwise. */
export function groupWith(rule?: ResourceDocument): ResourceDocument {
  const usual = { priority: 100, direction: 'Inbound', access: 'Allow', protocol: 'Tcp' };
  return example(GROUPS, {
    securityRules: rule ? [{ name: 'rule', properties: { ...usual, ...rule } }] : [],
  });
}

/** How a rule is made to let only one network in. */
export const narrowRule: Omit<Remediation, 'text'> = {
  az: 'az network nsg rule update --name <rule> --nsg-name <name> --resource-group <group> --source-address-prefixes <your-network>',
  bicep: `properties: {
  securityRules: [
    {
      name: 'AllowFromOffice'
      properties: {
        priority: 100
        direction: 'Inbound'
        access: 'Allow'
        protocol: 'Tcp'
        sourceAddressPrefix: '203.0.113.0/24'
        sourcePortRange: '*'
        destinationAddressPrefix: '*'
        destinationPortRange: '443'
      }
    }
  ]
}`,
  terraform: `resource "azurerm_network_security_rule" "example" {
  name                        = "AllowFromOffice"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "203.0.113.0/24"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "443"
  resource_group_name         = var.resource_group_name
  network_security_group_name = azurerm_network_security_group.example.name
}`,
};
