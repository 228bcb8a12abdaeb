metadata description = 'Identities: the app (its own data, and reading the estate), Event Grid, and, where asked for, writing to the estate.'

import { Names } from '../naming.bicep'
import { Identity, Tags } from '../types.bicep'

param names Names
param location string
param tags Tags
param enableWriting bool

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.appIdentity
  location: location
  tags: tags
}

resource events 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.eventsIdentity
  location: location
  tags: tags
}

resource writer 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = if (enableWriting) {
  name: names.writerIdentity
  location: location
  tags: tags
}

output app Identity = {
  id: app.id
  clientId: app.properties.clientId
  principalId: app.properties.principalId
}

output events Identity = {
  id: events.id
  clientId: events.properties.clientId
  principalId: events.properties.principalId
}

@description('Null where writing is off.')
output writer Identity? = enableWriting
  ? {
      id: writer!.id
      clientId: writer!.properties.clientId
      principalId: writer!.properties.principalId
    }
  : null
