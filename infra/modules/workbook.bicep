metadata description = 'The dashboard of the operator.'

import { Tags } from '../types.bicep'

param name string
param location string
param tags Tags
param insightsId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, name)
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: name
    category: 'workbook'
    sourceId: insightsId
    serializedData: string(loadJsonContent('workbook.json'))
  }
}
