/** Recently stored payloads, up to a number of bytes: most messages are delivered soon after they came. */
export class PayloadCache {
  private readonly payloads = new Map<number, Buffer>();
  private readonly limit: number;
  private bytes = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get(id: number): Buffer | undefined {
    return this.payloads.get(id);
  }

  set(id: number, payload: Buffer): void {
    this.delete(id);
    this.payloads.set(id, payload);
    this.bytes += payload.length;
    for (const oldest of this.payloads.keys()) {
      if (this.bytes <= this.limit) return;
      this.delete(oldest);
    }
  }

  delete(id: number): void {
    this.bytes -= this.payloads.get(id)?.length ?? 0;
    this.payloads.delete(id);
  }
}
