import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseResourceId, parseShortId, resourceKey, segmentCode, segmentOf, shortId } from './resourceId.ts';

const SUBSCRIPTION = '00000000-0000-4000-8000-00000000000A';
const VM = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-App/providers/Microsoft.Compute/virtualMachines/vm1`;

describe('parseResourceId', () => {
  it('reads subscription, group, type and name', () => {
    const parsed = parseResourceId(VM);

    expect(parsed).toEqual({
      id: VM,
      subscriptionId: SUBSCRIPTION.toLowerCase(),
      resourceGroup: 'rg-App',
      type: 'Microsoft.Compute/virtualMachines',
      name: 'vm1',
      parentId: undefined,
    });
  });

  it.each([
    [`${VM}/extensions/monitor`, 'Microsoft.Compute/virtualMachines/extensions', VM],
    [
      `${VM}/providers/Microsoft.Insights/diagnosticSettings/d`,
      'Microsoft.Insights/diagnosticSettings',
      undefined,
    ],
    [
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`,
      'Microsoft.Resources/subscriptions/resourceGroups',
      undefined,
    ],
    [`/subscriptions/${SUBSCRIPTION}`, 'Microsoft.Resources/subscriptions', undefined],
    [
      '/providers/Microsoft.Management/managementGroups/root',
      'Microsoft.Management/managementGroups',
      undefined,
    ],
    ['/nonsense', undefined, undefined],
    [
      '/subscriptions/a?b/resourceGroups/x/providers/Microsoft.Test/things/y',
      'Microsoft.Test/things',
      undefined,
    ],
  ])('finds type and parent of %s', (id, type, parentId) => {
    const parsed = parseResourceId(id);

    expect(parsed).toMatchObject({ type, parentId });
  });

  it('takes only a GUID for a subscription, since it becomes a table key', () => {
    const segments = ['a?b', 'a#b', '💥', '', 'x'.repeat(2000)].map((part) =>
      segmentOf(`/subscriptions/${part}/resourceGroups/g`),
    );

    expect(new Set(segments)).toEqual(new Set(['external']));
  });

  it('takes an id with missing, doubled or trailing slashes for the same', () => {
    const spellings = [VM, VM.slice(1), `/${VM}`, `${VM}/`];

    const ids = spellings.map((id) => parseResourceId(id).id);

    expect(new Set(ids)).toEqual(new Set([VM]));
  });
});

describe('short ids and keys', () => {
  it('are the same for every casing of an id', () => {
    const ids = [VM, VM.toUpperCase(), VM.toLowerCase()].map(shortId);

    expect(new Set(ids).size).toBe(1);
  });

  it('name the segment and the row', () => {
    const parsed = parseShortId(shortId(VM));

    expect(parsed).toEqual({ segmentCode: segmentCode(segmentOf(VM)), key: resourceKey(VM) });
  });

  it('are legal row keys and tell different ids apart, whatever the id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(resourceKey(a)).toMatch(/^[a-z2-7]{24}$/);
        if (a.toLowerCase() !== b.toLowerCase()) expect(resourceKey(a)).not.toBe(resourceKey(b));
      }),
    );
  });

  it('are not read from anything else', () => {
    const texts = ['res_', VM, 'res_ABC', `${shortId(VM)}x`];

    expect(texts.map(parseShortId)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
