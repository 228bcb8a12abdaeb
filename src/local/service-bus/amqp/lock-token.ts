/**
 * A lock token travels in two byte orders: as delivery tag in that of a .NET Guid, whose first three groups are
 * little endian, and in management requests as an RFC 4122 uuid. Returns the other order; its own inverse.
 */
export function swapGuid(bytes: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(bytes.subarray(0, 4)).reverse(),
    Buffer.from(bytes.subarray(4, 6)).reverse(),
    Buffer.from(bytes.subarray(6, 8)).reverse(),
    bytes.subarray(8, 16),
  ]);
}

/** Returns the broker's key for the uuid of a management request. */
export function tokenFromUuid(bytes: Buffer): string {
  return swapGuid(bytes).toString('hex');
}

/** Returns the uuid that a management response carries for the broker's key. */
export function uuidFromToken(token: string): Buffer {
  return swapGuid(Buffer.from(token, 'hex'));
}
