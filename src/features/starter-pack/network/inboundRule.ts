import type { Condition, ResourceDocument } from '../definition.ts';

const RULES = 'Microsoft.Network/networkSecurityGroups/securityRules[*]';

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

/** A security rule for examples: inbound, allowed, TCP, unless said otherwise. */
export function rule(properties: ResourceDocument): ResourceDocument {
  return {
    name: 'rule',
    properties: { priority: 100, direction: 'Inbound', access: 'Allow', protocol: 'Tcp', ...properties },
  };
}
