/** App settings that the Functions platform itself reads; every other one must be a setting of ours (src/settings.ts). */
export const PLATFORM_SETTINGS: readonly RegExp[] = [
  /^AzureWebJobsStorage__(blobServiceUri|queueServiceUri|tableServiceUri|credential|clientId)$/,
  /^APPLICATIONINSIGHTS_(CONNECTION_STRING|AUTHENTICATION_STRING)$/,
  /^(ServiceBus|SecurityExport)__(credential|clientId)$/,
  /^FUNCTIONS_NODE_BLOCK_ON_ENTRY_POINT_ERROR$/,
];
