import { defineStarter, resourcesOf } from '../definition.ts';
import { example } from '../example.ts';

const TYPE = 'Microsoft.Compute/snapshots';

export const snapshotIncremental = defineStarter({
  name: 'snapshot-incremental',
  displayName: 'Snapshots should be incremental',
  description:
    'A full snapshot is billed for all that is on the disk each time; an incremental one for what changed since the last.',
  category: 'Cost',
  severity: 'low',
  when: resourcesOf(TYPE, { field: `${TYPE}/incremental`, notEquals: true }),
  frameworks: {
    iso27001: ['A.8.6'],
  },
  remediation: {
    text: 'Take an incremental snapshot of the disk and delete the full one.',
    az: 'az snapshot create --name <new-name> --resource-group <group> --source <disk-id> --incremental true',
    bicep: `properties: {
  incremental: true
}`,
    terraform: `resource "azurerm_snapshot" "example" {
  incremental_enabled = true
}`,
  },
  examples: {
    passing: [example(TYPE, { incremental: true })],
    failing: [example(TYPE, { incremental: false })],
  },
});
