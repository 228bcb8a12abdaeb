import { promises as dns } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopback, isPublicAddress } from './address.ts';
import type { UrlPolicy } from './url.ts';

/** Every address of a name. Tests give their own. */
export type Resolve = (name: string) => Promise<readonly string[]>;

export class BlockedAddress extends Error {
  override readonly name = 'BlockedAddress';
}

/** A `lookup` for sockets that hands out addresses only when all of the name's are allowed. */
export function judgingLookup(resolve: Resolve, policy: UrlPolicy): LookupFunction {
  return (name, options, callback) => {
    void (async () => {
      const addresses = await resolve(name);
      if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
      if (!addresses.every((address) => isAllowed(address, policy))) throw new BlockedAddress('not public');
      return addresses.map((address) => ({ address, family: isIP(address) }));
    })().then(
      (found) => {
        if (options.all) callback(null, found);
        else callback(null, found[0]?.address ?? '', found[0]?.family ?? 4);
      },
      (error: NodeJS.ErrnoException) => callback(error, options.all ? [] : ''),
    );
  };
}

function isAllowed(address: string, policy: UrlPolicy): boolean {
  return isPublicAddress(address) || (policy.allowLoopback && isLoopback(address));
}

/** By DNS alone, without the thread pool that `dns.lookup` shares with files, which slow servers would fill. */
export function systemResolve(): Resolve {
  const resolver = new dns.Resolver({ timeout: 3_000, tries: 2 });
  return async (name) => {
    if (name === 'localhost') return ['127.0.0.1', '::1'];
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const found = [v4, v6].flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    if (found.length === 0 && v4.status === 'rejected') throw v4.reason;
    return found;
  };
}
