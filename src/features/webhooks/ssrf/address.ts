import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Public by the registries, but not ours to call: the Azure platform's own address in every virtual network. */
const AZURE_PLATFORM = ipaddr.IPv4.parse('168.63.129.16');
/** All that the IANA gives out for global unicast so far; 3000::/4 is reserved, the rest of IPv6 something else. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/4');
/** Fifth and sixth group of an ISATAP interface identifier, with and without the universal bit (RFC 5214, 6.1). */
const ISATAP = new Set(['0:5efe', '200:5efe']);

/**
 * Whether an address (canonical text, no brackets, no zone) may be connected to: only global unicast. What carries
 * an IPv4 address inside (mapped, 6to4, NAT64, Teredo, ISATAP) is refused whole, since a router may unpack it.
 */
export function isPublicAddress(text: string): boolean {
  const version = isIP(text);
  if (version === 4) {
    const address = ipaddr.IPv4.parse(text);
    return address.range() === 'unicast' && !address.match(AZURE_PLATFORM, 32);
  }
  if (version !== 6 || text.includes('%')) return false;
  const address = ipaddr.IPv6.parse(text);
  const identifier = address.parts.slice(4, 6).map((part) => part.toString(16));
  return address.range() === 'unicast' && address.match(GLOBAL_UNICAST) && !ISATAP.has(identifier.join(':'));
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%') && ipaddr.parse(text).range() === 'loopback';
}
