/**
 * Reads AMQP 1.0 encoded bytes in place, so that a message can be kept exactly as it was sent.
 * OASIS AMQP 1.0 part 1, section 1.6 (type encodings) and part 3, section 3.2 (message sections).
 */
export const SECTION = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  messageAnnotations: 0x72,
  properties: 0x73,
  applicationProperties: 0x74,
  data: 0x75,
} as const;

export type Section = {
  readonly code: number;
  readonly start: number;
  /** Where the described value begins. */
  readonly value: number;
  readonly end: number;
};

export type Scalar = string | number | boolean | Buffer | null;

/** Returns the sections of an encoded message; throws a RangeError if the bytes are not well formed. */
export function sectionsOf(buffer: Buffer): Section[] {
  const sections: Section[] = [];
  let offset = 0;
  while (offset < buffer.length) {
    if (buffer.readUInt8(offset) !== 0x00) throw new RangeError('A message section is expected.');
    const value = valueEnd(buffer, offset + 1);
    const end = valueEnd(buffer, value);
    sections.push({ code: Number(scalarAt(buffer, offset + 1)), start: offset, value, end });
    offset = end;
  }
  return sections;
}

/** Returns the offset after the value that begins at `offset`. */
export function valueEnd(buffer: Buffer, offset: number): number {
  const code = buffer.readUInt8(offset);
  if (code === 0x00) return valueEnd(buffer, valueEnd(buffer, offset + 1));
  const end = offset + 1 + bodyLength(buffer, code, offset + 1);
  if (end > buffer.length) throw new RangeError('The value reaches beyond the message.');
  return end;
}

/** Returns where each item of the list or map at `offset` begins, and at last where it ends. */
export function itemOffsets(buffer: Buffer, offset: number): number[] {
  const { count, first } = compoundAt(buffer, offset);
  const offsets = [first];
  for (let item = 0, at = first; item < count; item += 1) {
    at = valueEnd(buffer, at);
    offsets.push(at);
  }
  return offsets;
}

/** Returns a primitive value: 64-bit integers as numbers, timestamps as epoch milliseconds. */
export function scalarAt(buffer: Buffer, offset: number): Scalar {
  const code = buffer.readUInt8(offset);
  const at = offset + 1;
  switch (code) {
    case 0x41:
      return true;
    case 0x42:
      return false;
    case 0x43:
    case 0x44:
      return 0;
    case 0x50:
    case 0x52:
    case 0x53:
      return buffer.readUInt8(at);
    case 0x54:
    case 0x55:
      return buffer.readInt8(at);
    case 0x56:
      return buffer.readUInt8(at) === 1;
    case 0x70:
      return buffer.readUInt32BE(at);
    case 0x71:
      return buffer.readInt32BE(at);
    case 0x80:
      return Number(buffer.readBigUInt64BE(at));
    case 0x81:
    case 0x83:
      return Number(buffer.readBigInt64BE(at));
    case 0x98:
      return buffer.subarray(at, at + 16);
    case 0xa1:
    case 0xb1:
    case 0xa3:
    case 0xb3:
      return bytesAt(buffer, offset).toString('utf8');
    case 0xa0:
    case 0xb0:
      return bytesAt(buffer, offset);
    default:
      return null;
  }
}

function bytesAt(buffer: Buffer, offset: number): Buffer {
  const width = buffer.readUInt8(offset) >= 0xb0 ? 4 : 1;
  return buffer.subarray(offset + 1 + width, valueEnd(buffer, offset));
}

function compoundAt(buffer: Buffer, offset: number): { count: number; first: number } {
  const code = buffer.readUInt8(offset);
  if (code === 0x45) return { count: 0, first: offset + 1 };
  if (code === 0xc0 || code === 0xc1) return { count: buffer.readUInt8(offset + 2), first: offset + 3 };
  if (code === 0xd0 || code === 0xd1) return { count: buffer.readUInt32BE(offset + 5), first: offset + 9 };
  throw new RangeError('A list or map is expected.');
}

/** The high four bits of a constructor give the width; for the variable ones a size precedes the body. */
function bodyLength(buffer: Buffer, code: number, at: number): number {
  switch (code >> 4) {
    case 0x4:
      return 0;
    case 0x5:
      return 1;
    case 0x6:
      return 2;
    case 0x7:
      return 4;
    case 0x8:
      return 8;
    case 0x9:
      return 16;
    case 0xa:
    case 0xc:
    case 0xe:
      return 1 + buffer.readUInt8(at);
    case 0xb:
    case 0xd:
    case 0xf:
      return 4 + buffer.readUInt32BE(at);
    default:
      throw new RangeError(`0x${code.toString(16)} is not an AMQP type.`);
  }
}
