import { describe, expect, it } from 'vitest';
import { Attributor, type ObservedChange } from './attribution.ts';
import type { ActivityRecord } from './record.ts';

const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg';
const NETWORK = `${GROUP}/providers/Microsoft.Network/virtualNetworks/net`;
const MACHINE = `${GROUP}/providers/Microsoft.Compute/virtualMachines/vm`;
let count = 0;

function entry(resourceId: string, operation: string, given: Partial<ActivityRecord> = {}): ActivityRecord {
  count += 1;
  return {
    id: `entry-${count}`,
    at: '2026-01-10T10:05:00.000Z',
    submittedAt: null,
    caller: null,
    actor: 'alice@contoso.com',
    category: 'Administrative',
    operation,
    title: null,
    status: 'Succeeded',
    subStatus: null,
    level: null,
    resourceId,
    correlationId: `correlation-${count}`,
    description: null,
    clientIp: null,
    method: null,
    ...given,
  };
}

const write = (id = NETWORK, given: Partial<ActivityRecord> = {}) =>
  entry(id, 'Microsoft.Network/virtualNetworks/write', given);

function change(given: Partial<ObservedChange> = {}): ObservedChange {
  return {
    id: NETWORK,
    kind: 'updated',
    at: '2026-01-10T10:15:00.000Z',
    previousAt: undefined,
    changedPaths: ['/properties/addressSpace'],
    correlationId: undefined,
    ...given,
  };
}

const actorOf = (records: readonly ActivityRecord[], given: Partial<ObservedChange> = {}) =>
  new Attributor(records).attribute(change(given))?.actor;

const bob = { actor: 'bob@contoso.com' };
const SUBNET = `${NETWORK}/subnets/one`;
const subnetWrite = (given: Partial<ActivityRecord> = {}) =>
  entry(SUBNET, 'Microsoft.Network/virtualNetworks/subnets/write', given);

describe('who made a change', () => {
  it('is who alone wrote the resource in the time before it was recorded', () => {
    expect(new Attributor([write(NETWORK.toUpperCase())]).attribute(change())).toMatchObject({
      actor: 'alice@contoso.com',
      activityId: expect.any(String),
      correlationId: expect.any(String),
    });
    expect(actorOf([entry(NETWORK, 'Microsoft.Network/virtualNetworks/join/action')])).toBe(
      'alice@contoso.com',
    );
  });

  it('is who created it, and not who wrote to what was there before it was seen for the first time', () => {
    const seen = { kind: 'created', changedPaths: [] } as const;
    const made = write(NETWORK, { subStatus: 'Created' });

    expect(actorOf([made], seen)).toBe('alice@contoso.com');
    expect(actorOf([made, write(NETWORK, bob)], seen)).toBe('alice@contoso.com');
    expect(actorOf([write(NETWORK, { subStatus: 'OK' })], seen)).toBeUndefined();
  });

  it('is nobody where two callers, or an unknown one, may have done it', () => {
    expect(actorOf([write(), write(NETWORK, bob)])).toBeUndefined();
    expect(actorOf([write(), write(NETWORK, { actor: null })])).toBeUndefined();
    expect(actorOf([write(), write()])).toBe('alice@contoso.com');
  });

  it('is nobody outside the time: too early, before the change before, or afterwards', () => {
    expect(actorOf([write(NETWORK, { at: '2026-01-10T09:14:00.000Z' })])).toBeUndefined();
    expect(actorOf([write()], { previousAt: '2026-01-10T10:06:00.000Z' })).toBeUndefined();
    expect(actorOf([write(NETWORK, { at: '2026-01-10T10:20:00.000Z' })])).toBeUndefined();
    expect(
      actorOf([write(NETWORK, { ...bob, at: '2026-01-10T10:04:00.000Z' }), write()], {
        previousAt: '2026-01-10T10:04:30.000Z',
      }),
    ).toBe('alice@contoso.com');
  });

  it('is found by an operation that began before and ended after it was recorded', () => {
    const long = { correlationId: 'long' };
    const started = write(NETWORK, { ...long, status: 'Started', at: '2026-01-10T10:00:00.000Z' });
    const ended = write(NETWORK, { ...long, at: '2026-01-10T10:40:00.000Z' });

    expect(actorOf([started, ended])).toBe('alice@contoso.com');
  });

  it('is not who was refused, who only read, or what policy did by itself', () => {
    expect(actorOf([write(NETWORK, { status: 'Failed' })])).toBeUndefined();
    expect(actorOf([write(), write(NETWORK, { ...bob, status: 'Failed' })])).toBe('alice@contoso.com');
    expect(
      actorOf([entry(MACHINE, 'Microsoft.Storage/storageAccounts/listKeys/action')], { id: MACHINE }),
    ).toBeUndefined();
    expect(actorOf([write(NETWORK, { category: 'Policy' })])).toBeUndefined();
    expect(
      actorOf([entry(NETWORK, 'Microsoft.Network/virtualNetworks/delete')], { kind: 'created' }),
    ).toBeUndefined();
  });

  it('is who wrote a child, only where that child’s place in the document changed', () => {
    const paths = ['/properties/subnets/0/properties/serviceEndpoints'];

    expect(actorOf([subnetWrite()], { changedPaths: paths })).toBe('alice@contoso.com');
    expect(actorOf([subnetWrite()])).toBeUndefined();
    expect(actorOf([subnetWrite(), write(NETWORK, bob)])).toBe('bob@contoso.com');
    expect(actorOf([subnetWrite(), write(NETWORK, bob)], { changedPaths: paths })).toBeUndefined();
    expect(actorOf([subnetWrite()], { kind: 'created' })).toBeUndefined();
    expect(
      actorOf([entry(`${MACHINE}/extensions/agent`, 'Microsoft.Compute/virtualMachines/extensions/write')], {
        id: MACHINE,
        changedPaths: ['/properties/hardwareProfile'],
      }),
    ).toBeUndefined();
  });

  it('is not who wrote what is above, below another resource, or beside', () => {
    expect(actorOf([write()], { id: SUBNET })).toBeUndefined();
    expect(actorOf([write(`${NETWORK}2`)])).toBeUndefined();
    expect(
      actorOf([
        entry(
          `${NETWORK}/providers/Microsoft.Authorization/locks/no-delete`,
          'Microsoft.Authorization/locks/write',
        ),
      ]),
    ).toBeUndefined();
  });

  it('is who wrote the tags, where these changed', () => {
    const tags = entry(
      `${NETWORK}/providers/Microsoft.Resources/tags/default`,
      'Microsoft.Resources/tags/write',
    );

    expect(actorOf([tags], { changedPaths: ['/tags/owner'] })).toBe('alice@contoso.com');
    expect(actorOf([tags])).toBeUndefined();
  });

  it('is who deleted the resource, or all of its group', () => {
    const gone = { kind: 'deleted', changedPaths: [] } as const;
    const group = entry(GROUP, 'Microsoft.Resources/subscriptions/resourceGroups/delete', bob);

    expect(actorOf([entry(NETWORK, 'Microsoft.Network/virtualNetworks/delete')], gone)).toBe(
      'alice@contoso.com',
    );
    expect(actorOf([group], gone)).toBe('bob@contoso.com');
    expect(actorOf([group])).toBeUndefined();
    expect(actorOf([write()], gone)).toBeUndefined();
    expect(
      actorOf([entry(NETWORK, 'Microsoft.Network/virtualNetworks/delete'), group], gone),
    ).toBeUndefined();
  });

  it('is by the correlation id alone where the change has one', () => {
    const mine = write(NETWORK, { correlationId: 'c1', at: '2026-01-10T06:00:00.000Z' });

    expect(actorOf([mine, write(NETWORK, bob)], { correlationId: 'c1' })).toBe('alice@contoso.com');
    expect(actorOf([write(NETWORK, bob)], { correlationId: 'c1' })).toBeUndefined();
  });
});
