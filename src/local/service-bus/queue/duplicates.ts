/** Message ids seen within a window. All live equally long, so insertion order is expiry order. */
export class Duplicates {
  private readonly seen = new Map<string, number>();

  get size(): number {
    return this.seen.size;
  }

  has(messageId: string): boolean {
    return this.seen.has(messageId);
  }

  remember(messageId: string, until: number): void {
    this.seen.set(messageId, until);
  }

  /** Returns whether anything was old enough to be forgotten. */
  forget(now: number): boolean {
    const before = this.seen.size;
    for (const [messageId, until] of this.seen) {
      if (until > now) break;
      this.seen.delete(messageId);
    }
    return this.seen.size < before;
  }
}
