export type Region = { readonly name: string; readonly display: string; readonly short: string };

/** Where the estate lives, with the share of its stamps. */
export const regions = [
  [{ name: 'westeurope', display: 'West Europe', short: 'weu' }, 30],
  [{ name: 'northeurope', display: 'North Europe', short: 'neu' }, 17],
  [{ name: 'eastus', display: 'East US', short: 'eus' }, 16],
  [{ name: 'eastus2', display: 'East US 2', short: 'eus2' }, 10],
  [{ name: 'uksouth', display: 'UK South', short: 'uks' }, 8],
  [{ name: 'germanywestcentral', display: 'Germany West Central', short: 'gwc' }, 6],
  [{ name: 'swedencentral', display: 'Sweden Central', short: 'sdc' }, 5],
  [{ name: 'westus2', display: 'West US 2', short: 'wus2' }, 4],
  [{ name: 'southeastasia', display: 'Southeast Asia', short: 'sea' }, 3],
  [{ name: 'australiaeast', display: 'Australia East', short: 'aue' }, 1],
] as const satisfies readonly (readonly [Region, number])[];

const byName = new Map<string, Region>(regions.map(([region]) => [region.name, region]));

export function regionOf(name: string): Region {
  return byName.get(name) ?? { name, display: name, short: name.slice(0, 4) };
}

/** `West Europe` → `westeurope`, as Resource Graph normalises locations. */
export function normaliseLocation(location: string): string {
  return location.replaceAll(' ', '').toLowerCase();
}
