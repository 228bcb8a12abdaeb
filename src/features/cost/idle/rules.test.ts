import { describe, expect, it } from 'vitest';
import { judgeIdle } from './rules.ts';

const VM = 'Microsoft.Compute/virtualMachines';
const power = (code: string) => ({ extended: { instanceView: { powerState: { code } } } });

describe('a resource is idle', () => {
  it.each([
    ['unattached_disk', { type: 'Microsoft.Compute/disks', properties: { diskState: 'Unattached' } }],
    ['unattached_public_ip', { type: 'microsoft.network/publicipaddresses', properties: { ipTags: [] } }],
    ['stopped_not_deallocated_vm', { type: VM, properties: power('PowerState/stopped') }],
    [
      'stopped_not_deallocated_vm',
      {
        type: VM,
        properties: {
          instanceView: {
            statuses: [{ code: 'ProvisioningState/succeeded' }, { code: 'PowerState/stopped' }],
          },
        },
      },
    ],
    [
      'empty_app_service_plan',
      { type: 'Microsoft.Web/serverfarms', sku: { tier: 'PremiumV3' }, properties: { numberOfSites: 0 } },
    ],
  ])('%s', (rule, document) => {
    expect(judgeIdle(document)).toMatchObject({ rule, reason: expect.stringMatching(/\w/) });
  });
});

describe('a resource is not idle', () => {
  it.each([
    [
      'a disk of a deallocated machine',
      { type: 'Microsoft.Compute/disks', properties: { diskState: 'Reserved' } },
    ],
    ['a disk that does not tell', { type: 'Microsoft.Compute/disks', properties: {} }],
    [
      'an address that a gateway uses',
      { type: 'Microsoft.Network/publicIPAddresses', properties: { natGateway: { id: '/x' } } },
    ],
    ['an address whose document has no properties', { type: 'Microsoft.Network/publicIPAddresses' }],
    ['a deallocated machine', { type: VM, properties: power('PowerState/deallocated') }],
    ['a machine whose power state is not known', { type: VM, properties: {} }],
    [
      'an empty plan that costs nothing',
      { type: 'Microsoft.Web/serverfarms', sku: { tier: 'Dynamic' }, properties: { numberOfSites: 0 } },
    ],
    [
      'a plan with an app',
      { type: 'Microsoft.Web/serverfarms', sku: { tier: 'Basic' }, properties: { numberOfSites: 1 } },
    ],
    ['what no rule is about', { type: 'Microsoft.KeyVault/vaults', properties: {} }],
  ])('%s', (_, document) => {
    expect(judgeIdle(document)).toBeUndefined();
  });
});
