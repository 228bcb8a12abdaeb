import { createHash } from 'node:crypto';
import type { Json } from '../json/json.ts';
import { text } from './arguments.ts';
import { MANY, type PlainFunction } from './function.ts';

/** Deterministic names. */
export const hashingFunctions: readonly PlainFunction[] = [
  { name: 'guid', arity: [1, MANY], call: (args) => uuidV5(joined(args, 'guid')) },
  {
    name: 'uniqueString',
    arity: [1, MANY],
    call: (args) => base32(murmurHash64(joined(args, 'uniqueString'))),
  },
];

/** ARM's namespace for name-based UUIDs. */
const NAMESPACE = '11fb06fb712d4ddd98c7e71bbd588830';

function joined(args: readonly Json[], name: string): string {
  return args.map((_, i) => text(args, name, i)).join('-');
}

/** RFC 4122 version 5 in ARM's namespace. */
function uuidV5(name: string): string {
  const digest = createHash('sha1').update(Buffer.from(NAMESPACE, 'hex')).update(name, 'utf8').digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

function base32(value: bigint): string {
  let rest = value;
  let result = '';
  for (let i = 0; i < 13; i++) {
    result += ALPHABET.charAt(Number(rest >> 59n));
    rest = BigInt.asUintN(64, rest << 5n);
  }
  return result;
}

const C1 = 0x239b961b;
const C2 = 0xab0e9789;

/** The 64-bit Murmur hash of ARM's uniqueString(): two 32-bit lanes over 8-byte blocks, seed 0. */
function murmurHash64(value: string): bigint {
  const bytes = Buffer.from(value, 'utf8');
  const whole = bytes.length - (bytes.length % 8);
  let first = 0;
  let second = 0;
  for (let at = 0; at < whole; at += 8) {
    first = mixFirst(first, bytes.readUInt32LE(at));
    first = (Math.imul(rotate(first, 19) + second, 5) + 0x561ccd1b) >>> 0;
    second = mixSecond(second, bytes.readUInt32LE(at + 4));
    second = (Math.imul(rotate(second, 13) + first, 5) + 0x0bcaa747) >>> 0;
  }
  const tail = bytes.subarray(whole);
  if (tail.length > 0) first = mixFirst(first, littleEndian(tail.subarray(0, 4)));
  if (tail.length > 4) second = mixSecond(second, littleEndian(tail.subarray(4)));
  first = (first ^ bytes.length) >>> 0;
  second = (second ^ bytes.length) >>> 0;
  first = (first + second) >>> 0;
  second = (second + first) >>> 0;
  first = avalanche(first);
  second = avalanche(second);
  first = (first + second) >>> 0;
  second = (second + first) >>> 0;
  return (BigInt(second) << 32n) | BigInt(first);
}

function mixFirst(hash: number, block: number): number {
  return (hash ^ Math.imul(rotate(Math.imul(block, C1), 15), C2)) >>> 0;
}

function mixSecond(hash: number, block: number): number {
  return (hash ^ Math.imul(rotate(Math.imul(block, C2), 17), C1)) >>> 0;
}

function rotate(value: number, bits: number): number {
  return ((value << bits) | (value >>> (32 - bits))) >>> 0;
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduce((value, byte, i) => (value | (byte << (8 * i))) >>> 0, 0);
}

function avalanche(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
