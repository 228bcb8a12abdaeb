/**
 * ARM template functions that policy rules may not call, lower-case.
 * Source: "Azure Policy definition structure policy rule", "Policy functions"; the lambda functions come with `lambda`.
 */
const names: ReadonlySet<string> = new Set([
  'copyindex',
  'datetimeadd',
  'datetimefromepoch',
  'datetimetoepoch',
  'deployer',
  'deployment',
  'environment',
  'extensionresourceid',
  'extensions',
  'fail',
  'filter',
  'groupby',
  'lambda',
  'lambdavariables',
  'managementgroup',
  'managementgroupresourceid',
  'map',
  'mapvalues',
  'newguid',
  'pickzones',
  'providers',
  'reduce',
  'reference',
  'references',
  'resourceid',
  'sort',
  'subscriptionresourceid',
  'tenant',
  'tenantresourceid',
  'toobject',
  'variables',
]);

/** Whether a function exists in ARM templates but not in policy rules; `list*` all belong here. */
export function isUnavailable(lowerName: string): boolean {
  return names.has(lowerName) || /^list[a-z]*$/.test(lowerName);
}
