import { failure, shown } from '../expressions/fault.ts';
import type { Json } from '../json/json.ts';
import { type IpRange, ipText, parseIpRange } from '../text/ip.ts';
import { integer, string } from './arguments.ts';
import { argument, type PlainFunction } from './function.ts';

/** IP addresses: `ipRangeContains` of policy rules, and ARM's CIDR functions. */
export const networkFunctions: readonly PlainFunction[] = [
  { name: 'ipRangeContains', arity: [2, 2], call: ipRangeContains },
  { name: 'parseCidr', arity: [1, 1], call: parseCidr },
  { name: 'cidrSubnet', arity: [3, 3], call: cidrSubnet },
  { name: 'cidrHost', arity: [2, 2], call: cidrHost },
];

function ipRangeContains(args: readonly Json[]): Json {
  const [outer, inner] = [rangeOf(argument(args, 0)), rangeOf(argument(args, 1))];
  if (outer === null || inner === null)
    throw failure('ipRangeContains(): both arguments must be IP addresses or ranges');
  if (outer.bits !== inner.bits) throw failure('ipRangeContains(): IPv4 and IPv6 cannot be mixed');
  return outer.first <= inner.first && inner.last <= outer.last;
}

function rangeOf(value: Json): IpRange | null {
  return typeof value === 'string' ? parseIpRange(value) : null;
}

interface Block extends IpRange {
  readonly length: number;
}

function block(args: readonly Json[], name: string): Block {
  const source = string(args, name);
  const range = source.includes('/') ? parseIpRange(source) : null;
  if (range === null) throw failure(`${name}(): ${shown(source)} is not a CIDR block`);
  return { ...range, length: Number(source.slice(source.indexOf('/') + 1)) };
}

function parseCidr(args: readonly Json[]): Json {
  const { bits, first, last, length } = block(args, 'parseCidr');
  const at = (value: bigint) => ipText({ bits, value });
  const netmask = ((1n << BigInt(length)) - 1n) << BigInt(bits - length);
  const reserved = bits === 32 && length < 31 ? 1n : 0n;
  const common = {
    network: at(first),
    netmask: at(netmask),
    firstUsable: at(first + reserved),
    lastUsable: at(last - reserved),
  };
  return bits === 32 ? { ...common, broadcast: at(last), cidr: length } : { ...common, cidr: length };
}

function cidrSubnet(args: readonly Json[]): Json {
  const outer = block(args, 'cidrSubnet');
  const length = integer(args, 'cidrSubnet', 1);
  const index = integer(args, 'cidrSubnet', 2);
  if (length < outer.length || length > outer.bits)
    throw failure(`cidrSubnet(): /${length} does not divide /${outer.length}`);
  const size = 1n << BigInt(outer.bits - length);
  const value = outer.first + BigInt(index) * size;
  if (index < 0 || value > outer.last) throw failure(`cidrSubnet(): there is no subnet ${index}`);
  return `${ipText({ bits: outer.bits, value })}/${length}`;
}

function cidrHost(args: readonly Json[]): Json {
  const outer = block(args, 'cidrHost');
  const index = integer(args, 'cidrHost', 1);
  const value = outer.first + BigInt(index) + (outer.bits === 32 && outer.length < 31 ? 1n : 0n);
  if (index < 0 || value > outer.last) throw failure(`cidrHost(): there is no host ${index}`);
  return ipText({ bits: outer.bits, value });
}
