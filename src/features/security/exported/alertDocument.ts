import { isObject, type Properties, textIn } from './properties.ts';

/** What the portal's link says of an alert: `…/alertId/A/subscriptionId/S/resourceGroup/G/…/location/L`. */
const LINK_PARTS = ['alertId', 'subscriptionId', 'resourceGroup', 'location'] as const;

/**
 * An exported alert as the document of alerts 2022-01-01. Those that come as SecurityAlert ("Security alerts schemas",
 * Log Analytics) have no ARM id: it follows from their link to the portal. Without it the document has no id.
 */
export function toAlertDocument(message: Properties): Properties {
  if (isObject(message.properties)) return message;
  const { extendedProperties } = message;
  const component = isObject(extendedProperties)
    ? textIn(extendedProperties, 'ProductComponentName')
    : undefined;
  const name = textIn(message, 'systemAlertId');
  return {
    id: idOf(message, name),
    name,
    properties: {
      ...message,
      ...(component !== undefined && { productComponentName: component }),
      status: statusOf(textIn(message, 'status')),
      timeGeneratedUtc: message.timeGenerated,
      processingEndTimeUtc: message.processingEndTime,
      resourceIdentifiers: resourcesOf(message),
    },
  };
}

function idOf(message: Properties, name: string | undefined): string | undefined {
  const link = (textIn(message, 'alertUri') ?? '').split('/');
  const [alert, subscription, group, location] = LINK_PARTS.map((part) => {
    const at = link.findIndex((segment) => segment.toLowerCase() === part.toLowerCase());
    return at < 0 ? undefined : link[at + 1];
  });
  if (!subscription || !location || !(name ?? alert)) return undefined;
  const scope = group ? `/resourceGroups/${group}` : '';
  return `/subscriptions/${subscription}${scope}/providers/Microsoft.Security/locations/${location}/alerts/${name ?? alert}`;
}

/** SecurityAlert says `New` where the API says `Active`. */
function statusOf(given: string | undefined): string | undefined {
  return given?.toLowerCase() === 'new' ? 'Active' : given;
}

function resourcesOf({ resourceIdentifiers, azureResourceId }: Properties): unknown {
  const isGiven = Array.isArray(resourceIdentifiers) && resourceIdentifiers.length > 0;
  return isGiven || !azureResourceId ? resourceIdentifiers : [{ azureResourceId, type: 'AzureResource' }];
}
