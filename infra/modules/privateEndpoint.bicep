metadata description = 'A private endpoint, and its record in the private DNS zone of the network.'

import { Tags } from '../types.bicep'

param name string
param location string
param tags Tags
param subnetId string

@description('Resource that the endpoint leads to.')
param targetId string

@description('Which of its services: blob, table, namespace …')
param group string

param zoneName string

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: zoneName
}

resource endpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: 'pe-${name}'
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      { name: name, properties: { privateLinkServiceId: targetId, groupIds: [group] } }
    ]
  }

  resource record 'privateDnsZoneGroups' = {
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: group, properties: { privateDnsZoneId: zone.id } }]
    }
  }
}
