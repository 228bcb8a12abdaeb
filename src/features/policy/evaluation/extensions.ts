/** Resource types that are set on other resources, whatever those are; lower-case prefixes. */
const extensionTypes = [
  'microsoft.advisor/',
  'microsoft.authorization/',
  'microsoft.automanage/configurationprofileassignments',
  'microsoft.customproviders/associations',
  'microsoft.eventgrid/eventsubscriptions',
  'microsoft.eventgrid/extensiontopics',
  'microsoft.guestconfiguration/',
  'microsoft.insights/datacollectionruleassociations',
  'microsoft.insights/diagnosticsettings',
  'microsoft.kubernetesconfiguration/',
  'microsoft.maintenance/configurationassignments',
  'microsoft.policyinsights/',
  'microsoft.resources/links',
  'microsoft.resources/tags',
  'microsoft.security/',
  'microsoft.serialconsole/',
];

/** Whether resources of a type extend other resources, so that …IfNotExists looks for them on the evaluated one. */
export function isExtensionType(lowerType: string): boolean {
  return extensionTypes.some((prefix) => lowerType.startsWith(prefix));
}
