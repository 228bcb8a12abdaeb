/** Addresses from `first` to `last`, both included. */
export interface IpRange {
  readonly bits: 32 | 128;
  readonly first: bigint;
  readonly last: bigint;
}

/** An address as a number, with the width of its family. */
export interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** Reads `10.0.0.1` or `2001:db8::1`; null when it is neither. */
export function parseIp(text: string): IpAddress | null {
  return text.includes(':') ? parseIpV6(text) : parseIpV4(text);
}

function parseIpV4(text: string): IpAddress | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255))
    return null;
  return { bits: 32, value: parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) };
}

function parseIpV6(text: string): IpAddress | null {
  const halves = text.split('::');
  if (halves.length > 2 || text.length > 45) return null;
  const left = parseGroups(halves[0] ?? '');
  const right = halves.length === 2 ? parseGroups(halves[1] ?? '') : [];
  if (left === null || right === null) return null;
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...left, ...Array.from({ length: missing }, () => 0), ...right];
  return { bits: 128, value: groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n) };
}

function parseGroups(text: string): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const embedded = i === parts.length - 1 && part.includes('.') ? parseIpV4(part) : null;
    if (embedded !== null) groups.push(Number(embedded.value >> 16n), Number(embedded.value & 0xffffn));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

/** Reads an address, a CIDR block, or `first-last`; null when it is none, or empty, or mixes families. */
export function parseIpRange(text: string): IpRange | null {
  const dash = text.indexOf('-');
  if (dash >= 0) return between(parseIp(text.slice(0, dash).trim()), parseIp(text.slice(dash + 1).trim()));
  const slash = text.indexOf('/');
  if (slash < 0) return between(parseIp(text), parseIp(text));
  const address = parseIp(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === null || !/^\d{1,3}$/.test(length) || Number(length) > address.bits) return null;
  const host = BigInt(address.bits) - BigInt(length);
  const first = (address.value >> host) << host;
  return { bits: address.bits, first, last: first | ((1n << host) - 1n) };
}

function between(first: IpAddress | null, last: IpAddress | null): IpRange | null {
  if (first === null || last === null || first.bits !== last.bits || first.value > last.value) return null;
  return { bits: first.bits, first: first.value, last: last.value };
}

/** An address in its usual notation; the longest run of zero groups is shortened. */
export function ipText(address: IpAddress): string {
  if (address.bits === 32)
    return [24n, 16n, 8n, 0n].map((shift) => (address.value >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((address.value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  );
  const run = longestZeroRun(groups);
  if (run.length < 2) return groups.join(':');
  return `${groups.slice(0, run.start).join(':')}::${groups.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, i) => {
    if (group !== '0') start = i + 1;
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start };
  });
  return best;
}
