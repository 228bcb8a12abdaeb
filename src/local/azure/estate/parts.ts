import type { BuildContext, JsonObject, Slot } from './model.ts';

export function ref(slot: Slot | undefined): JsonObject | undefined {
  return slot && { id: slot.id };
}

export function systemIdentity(context: BuildContext): JsonObject {
  return { type: 'SystemAssigned', principalId: context.random.uuid(), tenantId: context.tenantId };
}

/** None, system assigned, or the user assigned identity the slot is linked to. */
export function identityOf(slot: Slot, context: BuildContext, rate: number): JsonObject | undefined {
  const user = slot.one.identity;
  if (user !== undefined) {
    const principal = { principalId: context.random.uuid(), clientId: context.random.uuid() };
    return { type: 'UserAssigned', userAssignedIdentities: { [user.id]: principal } };
  }
  return context.random.chance(rate) ? systemIdentity(context) : undefined;
}

/** The target's side of its private endpoints. */
export function privateEndpointConnections(slot: Slot): JsonObject[] {
  return (slot.many.privateEndpoints ?? []).map((endpoint, index) => ({
    id: `${slot.id}/privateEndpointConnections/${endpoint.name}.${index}`,
    name: `${endpoint.name}.${index}`,
    type: `${slot.type.type}/privateEndpointConnections`,
    properties: {
      provisioningState: 'Succeeded',
      privateEndpoint: { id: endpoint.id },
      groupIds: [endpoint.facts.groupId ?? 'default'],
      privateLinkServiceConnectionState: {
        status: 'Approved',
        description: 'Auto-Approved',
        actionsRequired: 'None',
      },
    },
  }));
}

export function hasPrivateEndpoint(slot: Slot): boolean {
  return (slot.many.privateEndpoints ?? []).length > 0;
}

/** `Disabled` behind a private endpoint, else `Enabled` as often as real estates leave it so. */
export function publicNetworkAccess(slot: Slot, context: BuildContext, rate: number): 'Enabled' | 'Disabled' {
  if (hasPrivateEndpoint(slot)) return context.lax(0.15) ? 'Enabled' : 'Disabled';
  return context.random.chance(rate) ? 'Enabled' : 'Disabled';
}

export function networkAcls(open: boolean, context: BuildContext): JsonObject {
  const address = `${context.random.int(20, 98)}.${context.random.int(0, 255)}.${context.random.int(0, 255)}.${context.random.int(1, 254)}`;
  return {
    bypass: 'AzureServices',
    virtualNetworkRules: [],
    ipRules: open || context.random.chance(0.6) ? [] : [{ value: address, action: 'Allow' }],
    defaultAction: open ? 'Allow' : 'Deny',
  };
}

export function subnetId(network: Slot | undefined, subnet: unknown): string | undefined {
  return network && `${network.id}/subnets/${String(subnet)}`;
}

export function publicIp(context: BuildContext): string {
  const { random } = context;
  return `${random.pick([13, 20, 40, 51, 52, 104, 137])}.${random.int(1, 254)}.${random.int(0, 255)}.${random.int(1, 254)}`;
}

/** The address space of a stamp's network: a /20 of 10.0.0.0/8 each. */
export function addressBase(context: BuildContext): { readonly second: number; readonly third: number } {
  const block = (context.stamp.subscription.index * 997 + context.stamp.index) % 4096;
  return { second: block >> 4, third: (block & 15) * 16 };
}

export function zonesOf(context: BuildContext): readonly string[] | undefined {
  const rate = context.stamp.environment === 'prod' ? 0.6 : 0.1;
  return context.random.chance(rate) ? [context.random.pick(['1', '2', '3'])] : undefined;
}
