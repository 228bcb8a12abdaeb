// What differs between a small and a large installation.

@export()
@sealed()
type Profile = {
  @description('Kind of environment; a tag of each resource.')
  environment: 'dev' | 'test' | 'prod'
  @description('Memory of an instance. The list index of a tenant stands in memory: about 1 GB for 1,000,000 resources.')
  instanceMemoryMB: 512 | 2048 | 4096
  @minValue(40)
  @maxValue(1000)
  @description('Most instances of each group; a cap on cost and on the load on Azure.')
  maximumInstanceCount: int
  @description('Instances that are always running, by group. 0 = none: the first call after a pause waits for a cold start.')
  alwaysReady: {
    @minValue(0)
    http: int
    @minValue(0)
    @description('For each queue.')
    queues: int
    @minValue(0)
    @description('For each timer.')
    timers: int
  }
  @minValue(1)
  @maxValue(1000)
  @description('HTTP requests that an instance works on at once.')
  httpConcurrency: int
  storageSku: 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GZRS'
  @description('Spread the plan over availability zones; the region must have them, and always-ready counts should be 2 or more.')
  zoneRedundant: bool
  @description('VNet integration, private endpoints, no public access. Takes Service Bus Premium.')
  privateNetworking: bool
  @minValue(30)
  @maxValue(730)
  logRetentionDays: int
  @minValue(1)
  @description('Most that is taken in a day, in GB; a cap on cost.')
  logDailyCapGB: int
  @minValue(1)
  @description('Cost cap of the resource group a month, in the currency of the billing account. Warns, does not stop.')
  monthlyBudget: int
  @description('A lock that keeps the data account from being deleted.')
  lockData: bool
  @description('Blob versions and deleted blobs are kept this long.')
  @minValue(1)
  @maxValue(365)
  deletedBlobDays: int
  alerts: {
    @description('Minutes that a queue may go without being empty once: bounds the age of its oldest message.')
    backlogMinutes: 5 | 15 | 30 | 60
    @description('Failed executions of all, in percent over 15 minutes.')
    errorPercent: int
  }
  @description('Settings of the app that differ from their defaults (docs/settings.md).')
  settings: {
    *: string
  }
}

@export()
var profiles = {
  dev: {
    environment: 'dev'
    instanceMemoryMB: 2048
    maximumInstanceCount: 40
    alwaysReady: { http: 0, queues: 0, timers: 0 }
    httpConcurrency: 32
    storageSku: 'Standard_LRS'
    zoneRedundant: false
    privateNetworking: false
    logRetentionDays: 30
    logDailyCapGB: 1
    monthlyBudget: 50
    lockData: false
    deletedBlobDays: 7
    alerts: { backlogMinutes: 60, errorPercent: 20 }
    settings: {}
  }
  prod: {
    environment: 'prod'
    instanceMemoryMB: 4096
    maximumInstanceCount: 100
    alwaysReady: { http: 2, queues: 0, timers: 0 }
    httpConcurrency: 64
    storageSku: 'Standard_ZRS'
    zoneRedundant: true
    privateNetworking: false
    logRetentionDays: 90
    logDailyCapGB: 10
    monthlyBudget: 500
    lockData: true
    deletedBlobDays: 30
    alerts: { backlogMinutes: 15, errorPercent: 5 }
    settings: {}
  }
  private: {
    environment: 'prod'
    instanceMemoryMB: 4096
    maximumInstanceCount: 100
    alwaysReady: { http: 2, queues: 0, timers: 0 }
    httpConcurrency: 64
    storageSku: 'Standard_ZRS'
    zoneRedundant: true
    privateNetworking: true
    logRetentionDays: 90
    logDailyCapGB: 10
    monthlyBudget: 1500
    lockData: true
    deletedBlobDays: 30
    alerts: { backlogMinutes: 15, errorPercent: 5 }
    settings: {}
  }
}
