/** Encodes the few AMQP 1.0 values that the broker adds to a message. */
export function section(code: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x00, 0x53, code]), value]);
}

/** Wraps encoded items as a list. */
export function list(items: readonly Buffer[]): Buffer {
  return compound(0xd0, items.length, items);
}

/** Wraps encoded keys and values as a map; `count` counts keys and values alike. */
export function map(count: number, parts: readonly Buffer[]): Buffer {
  return compound(0xd1, count, parts);
}

export const NULL = Buffer.from([0x40]);

export function symbol(text: string): Buffer {
  return Buffer.concat([Buffer.from([0xa3, text.length]), Buffer.from(text, 'ascii')]);
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const head = Buffer.alloc(5);
  head.writeUInt8(0xb1);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

export function uint(value: number): Buffer {
  const buffer = Buffer.alloc(5);
  buffer.writeUInt8(0x70);
  buffer.writeUInt32BE(value, 1);
  return buffer;
}

export function int(value: number): Buffer {
  const buffer = Buffer.alloc(5);
  buffer.writeUInt8(0x71);
  buffer.writeInt32BE(value, 1);
  return buffer;
}

export function long(value: number): Buffer {
  return eightBytes(0x81, value);
}

/** `value`: epoch milliseconds. */
export function timestamp(value: number): Buffer {
  return eightBytes(0x83, value);
}

export function uuid(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x98]), bytes]);
}

function eightBytes(code: number, value: number): Buffer {
  const buffer = Buffer.alloc(9);
  buffer.writeUInt8(code);
  buffer.writeBigInt64BE(BigInt(Math.trunc(value)), 1);
  return buffer;
}

function compound(code: number, count: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(9);
  head.writeUInt8(code);
  head.writeUInt32BE(body.length + 4, 1);
  head.writeUInt32BE(count, 5);
  return Buffer.concat([head, body]);
}
