// Who may do what, all of it. The files that assign (modules/access.bicep in the resource group, onboarding/*.bicep
// on the estate) only loop over these tables. docs/deployment.md shows the same table; a test compares them.

@export()
@description('Built-in roles by name.')
var roleIds = {
  'Azure Event Hubs Data Receiver': 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde'
  'Azure Service Bus Data Receiver': '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
  'Azure Service Bus Data Sender': '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
  'Key Vault Secrets Officer': 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb'
  Reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
  'Storage Blob Data Contributor': 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  'Storage Queue Data Contributor': '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  'Tag Contributor': '4a9ae827-6dc8-4573-8ac7-8239d42aa03f'
}

@export()
@description('The app identity on the storage account of the Functions host: package, leases, keys, timer status.')
var appOnHostStorage = [
  'Storage Blob Data Owner'
  'Storage Queue Data Contributor'
  'Storage Table Data Contributor'
]

@export()
@description('The app identity on the storage account of the product.')
var appOnDataStorage = [
  'Storage Blob Data Contributor'
  'Storage Table Data Contributor'
]

@export()
@description('The app identity on each queue.')
var appOnQueues = [
  'Azure Service Bus Data Receiver'
  'Azure Service Bus Data Sender'
]

@export()
@description('The app writes the signing secrets of webhooks, reads and deletes them.')
var appOnVault = ['Key Vault Secrets Officer']

@export()
@description('The app identity on the event hub of continuous export, where there is one.')
var appOnExportHub = ['Azure Event Hubs Data Receiver']

@export()
var appOnInsights = ['Monitoring Metrics Publisher']

@export()
@description('The identity of the Event Grid topics on the container of events that could not be delivered.')
var eventsOnDeadLetters = ['Storage Blob Data Contributor']

@export()
@description('The identity of the Event Grid topics on the queue that it delivers to.')
var eventsOnQueue = ['Azure Service Bus Data Sender']

@export()
@description('The app identity on each watched subscription or management group. Reading only.')
var appOnEstate = ['Reader']

@export()
@description('The writer identity on the estate, where it was asked for at onboarding. Never by default.')
var writerOnEstate = [
  'Reader'
  'Tag Contributor'
]
