/** A binary heap that can also remove an item from the middle: every operation is O(log n). */
export class Heap<T> {
  private readonly items: T[] = [];
  private readonly positions = new Map<T, number>();
  private readonly compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.compare = compare;
  }

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  has(item: T): boolean {
    return this.positions.has(item);
  }

  add(item: T): void {
    if (this.positions.has(item)) return;
    this.place(item, this.items.length);
    this.rise(this.items.length - 1);
  }

  pop(): T | undefined {
    const first = this.items[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(item: T): boolean {
    const position = this.positions.get(item);
    if (position === undefined) return false;
    this.positions.delete(item);
    const last = this.items.pop();
    if (last === undefined || last === item) return true;
    this.place(last, position);
    this.rise(position);
    this.sink(position);
    return true;
  }

  private place(item: T, position: number): void {
    this.items[position] = item;
    this.positions.set(item, position);
  }

  private rise(start: number): void {
    let position = start;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (!this.swapIfBefore(position, parent)) return;
      position = parent;
    }
  }

  private sink(start: number): void {
    let position = start;
    for (;;) {
      const child = this.smallerChild(position);
      if (child === undefined || !this.swapIfBefore(child, position)) return;
      position = child;
    }
  }

  private smallerChild(position: number): number | undefined {
    const left = this.items[2 * position + 1];
    const right = this.items[2 * position + 2];
    if (left === undefined) return undefined;
    if (right === undefined) return 2 * position + 1;
    return this.compare(left, right) <= 0 ? 2 * position + 1 : 2 * position + 2;
  }

  private swapIfBefore(lower: number, upper: number): boolean {
    const a = this.items[lower];
    const b = this.items[upper];
    if (a === undefined || b === undefined || this.compare(a, b) >= 0) return false;
    this.place(a, upper);
    this.place(b, lower);
    return true;
  }
}
