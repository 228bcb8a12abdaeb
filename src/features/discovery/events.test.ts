import { describe, expect, it } from 'vitest';
import { actorOf, isRelevant, targetsOf } from './events.ts';
import { ResourceManagerEvent } from './schema.ts';

const SUBSCRIPTION = '/subscriptions/00000000-0000-4000-8000-000000000001';
const NETWORK = `${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v`;

function event(
  subject: string,
  options: { type?: string; operationName?: string; claims?: Record<string, unknown> } = {},
) {
  const { type = 'Microsoft.Resources.ResourceWriteSuccess', ...data } = options;
  return ResourceManagerEvent.parse({
    id: '1',
    eventType: type,
    subject,
    eventTime: '2026-01-01T00:00:00Z',
    data,
  });
}

describe('an event', () => {
  it.each([
    [NETWORK, [NETWORK]],
    [`${NETWORK}/subnets/s`, [`${NETWORK}/subnets/s`, NETWORK]],
    [`${SUBSCRIPTION}/resourceGroups/rg`, [`${SUBSCRIPTION}/resourceGroups/rg`]],
    [SUBSCRIPTION, []],
    ['/nonsense', []],
  ])('about %s says to look at %j', (subject, targets) => {
    expect(targetsOf(event(subject))).toEqual(targets);
  });

  it.each([
    ['Microsoft.Resources.ResourceWriteSuccess', 'x/write', true],
    ['Microsoft.Resources.ResourceDeleteSuccess', 'x/delete', true],
    ['Microsoft.Resources.ResourceActionSuccess', 'Microsoft.Compute/virtualMachines/start/action', true],
    ['Microsoft.Resources.ResourceActionSuccess', 'Microsoft.Storage/storageAccounts/listKeys/action', false],
    ['Microsoft.Resources.ResourceWriteFailure', 'x/write', false],
    ['Something.Else', 'x/write', false],
  ])('%s of %s matters: %s', (type, operationName, matters) => {
    expect(isRelevant(event(NETWORK, { type, operationName }))).toBe(matters);
  });

  it('names its actor by the best claim there is', () => {
    const claims = {
      appid: 'app',
      name: 'Ann',
      'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn': 'ann@contoso.com',
    };

    expect(actorOf(event(NETWORK, { claims }))).toBe('ann@contoso.com');
    expect(actorOf(event(NETWORK, { claims: { appid: 'app' } }))).toBe('app');
    expect(actorOf(event(NETWORK, { claims: { upn: 7 } }))).toBeUndefined();
  });

  it('is read from the CloudEvents schema too', () => {
    const parsed = ResourceManagerEvent.parse({
      specversion: '1.0',
      id: '1',
      type: 'Microsoft.Resources.ResourceWriteSuccess',
      source: 's',
      subject: NETWORK,
      time: '2026-01-01T00:00:00Z',
      data: {},
    });

    expect(parsed).toMatchObject({ subject: NETWORK, time: '2026-01-01T00:00:00Z' });
  });

  it.each([null, 7, {}, { id: '1', eventType: 'x' }, { id: '1', eventType: 'x', subject: 3, data: {} }])(
    'that is %j is none',
    (given) => {
      expect(ResourceManagerEvent.safeParse(given).success).toBe(false);
    },
  );
});
