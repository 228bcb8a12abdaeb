import { parserFailure } from './failure.ts';
import type { Token } from './lexer.ts';

/** Reads tokens one by one for the parsers. */
export class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[this.#at + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new Error('a token stream has at least its end');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  /** Takes the next token if it is this symbol or (in any case) this word. */
  take(value: string): boolean {
    if (!this.isAt(value)) return false;
    this.#at++;
    return true;
  }

  isAt(value: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    if (token.kind === 'symbol') return token.value === value;
    return token.kind === 'word' && token.value.toLowerCase() === value;
  }

  expect(value: string): void {
    if (!this.take(value)) throw parserFailure(this.peek(), value);
  }

  word(): string {
    const token = this.peek();
    if (token.kind !== 'word') throw parserFailure(token, 'identifier');
    this.#at++;
    return token.value;
  }

  number(): number {
    const token = this.peek();
    if (token.kind !== 'number') throw parserFailure(token, 'number');
    this.#at++;
    return Number(token.value);
  }

  /** One or more items between commas. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.take(',')) items.push(item());
    return items;
  }
}
