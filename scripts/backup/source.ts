import type { Item } from './item.ts';

export type Page = { readonly items: AsyncIterable<Item>; readonly next: string | undefined };

/** A table or a container: where items come from, and where they go back to. */
export type Source = {
  /** `table inventory`, `container documents`: also the name of its files. */
  readonly kind: 'table' | 'container';
  readonly name: string;
  /** Everything, from a continuation token on. */
  pages(token?: string): AsyncGenerator<Page>;
  /** One part. */
  part(part: string): AsyncGenerator<Item>;
  /** Every item, without its content. */
  states(): AsyncGenerator<Item>;
  /** Writes lines; the same again changes nothing. */
  write(lines: readonly string[]): Promise<void>;
};

/** Whether there is nothing in it. */
export async function isEmpty(source: Source): Promise<boolean> {
  const { done } = await source.states().next();
  return done === true;
}
