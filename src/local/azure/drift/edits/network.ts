import {
  type ChildPlace,
  childId,
  childType,
  readChild,
  removeChild,
  writeChild,
} from '../../arm/embedded.ts';
import { scalarText } from '../../estate/json.ts';
import type { Json, JsonObject } from '../../estate/model.ts';
import { securityRule } from '../../estate/types/networkSecurityGroup.ts';
import type { Edit, Edited } from '../edit.ts';

function written(place: ChildPlace, body: JsonObject): Edited {
  return {
    resource: writeChild(place, body),
    subject: childId(place),
    operation: `${childType(place)}/write`,
  };
}

/** Opens a management port to the Internet "for a moment", or closes it again. */
export const openPort: Edit = {
  name: 'openPort',
  types: ['microsoft.network/networksecuritygroups'],
  apply: (resource, random) => {
    const port = random.pick(['22', '3389']);
    const place = { parent: resource, segment: 'securityRules', name: `Temp-${port}` };
    if (readChild(place) !== undefined) {
      return {
        resource: removeChild(place),
        subject: childId(place),
        operation: `${childType(place)}/delete`,
      };
    }
    return written(
      place,
      securityRule(resource.id, {
        name: place.name,
        priority: (Number(port) % 3000) + 300,
        port,
        source: 'Internet',
      }),
    );
  },
};

/** Writes a subnet: the event names the subnet, the network's document changes. */
export const editSubnet: Edit = {
  name: 'editSubnet',
  types: ['microsoft.network/virtualnetworks'],
  apply: (resource, random) => {
    const subnets: Json = resource.properties?.subnets;
    const first = Array.isArray(subnets) ? (subnets[0] as JsonObject | undefined) : undefined;
    if (first === undefined) return undefined;
    const place = { parent: resource, segment: 'subnets', name: scalarText(first.name) };
    const service = random.pick([
      'Microsoft.Storage',
      'Microsoft.KeyVault',
      'Microsoft.Sql',
      'Microsoft.Web',
    ]);
    const properties = first.properties as JsonObject;
    return written(place, {
      properties: {
        ...properties,
        serviceEndpoints: [{ service, locations: ['*'], provisioningState: 'Succeeded' }],
      },
    });
  },
};
