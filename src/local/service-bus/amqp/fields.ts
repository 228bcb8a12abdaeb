/** Reads the map in the body of a management request; what is missing or of another type is undefined. */
export class Fields {
  private readonly values: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    this.values = typeof body === 'object' && body !== null ? { ...body } : {};
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  number(name: string): number | undefined {
    return asNumber(this.values[name]);
  }

  bytes(name: string): Buffer | undefined {
    const value = this.values[name];
    return Buffer.isBuffer(value) ? value : undefined;
  }

  /** An array in which every item was understood, else undefined. */
  numbers(name: string): number[] | undefined {
    return allOf(this.values[name], asNumber);
  }

  uuids(name: string): Buffer[] | undefined {
    return allOf(this.values[name], (item) =>
      Buffer.isBuffer(item) && item.length === 16 ? item : undefined,
    );
  }

  maps(name: string): Fields[] | undefined {
    return allOf(this.values[name], (item) => new Fields(item));
  }

  record(name: string): Record<string, unknown> {
    const value = this.values[name];
    return typeof value === 'object' && value !== null ? { ...value } : {};
  }
}

function allOf<T>(value: unknown, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items: T[] = [];
  for (const item of value) {
    const read_ = read(item);
    if (read_ === undefined) return undefined;
    items.push(read_);
  }
  return items;
}

/** rhea hands over 64-bit integers beyond 2^53 as bytes. */
function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return Buffer.isBuffer(value) && value.length === 8 ? Number(value.readBigInt64BE()) : undefined;
}
