import type { Logger } from '../log.ts';

/**
 * Warns, once a pair, that Azure's host answers a request with another function: it takes the first of the matching
 * routes in the order of function names, not the most specific (Azure/azure-functions-host#9876).
 */
export function createPickWarning(logger: Logger): (picked: string, azurePicks: string) => void {
  const seen = new Set<string>();
  return (picked, azurePicks) => {
    const pair = `${picked}/${azurePicks}`;
    if (seen.has(pair)) return;
    seen.add(pair);
    const message = `'${picked}' answered as the most specific route; Azure would call '${azurePicks}', the first by name`;
    logger({ level: 'warning', category: 'Host.Routes', functionName: picked, message });
  };
}
