import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Public by the registries, but not ours to call: the Azure platform's own address in every virtual network. */
const AZURE_PLATFORM = ipaddr.IPv4.parse('168.63.129.16');
/** Everything that the IANA has given out for global unicast; the rest of IPv6 is refused whatever it is called. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address (canonical text, no brackets, no zone) may be connected to: only global unicast. What carries
 * an IPv4 address inside (mapped, 6to4, NAT64, Teredo) is refused whole, since a router may unpack it.
 */
export function isPublicAddress(text: string): boolean {
  const version = isIP(text);
  if (version === 4) {
    const address = ipaddr.IPv4.parse(text);
    return address.range() === 'unicast' && !address.match(AZURE_PLATFORM, 32);
  }
  if (version !== 6 || text.includes('%')) return false;
  const address = ipaddr.IPv6.parse(text);
  return address.range() === 'unicast' && address.match(GLOBAL_UNICAST);
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%') && ipaddr.parse(text).range() === 'loopback';
}
