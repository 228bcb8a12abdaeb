/** A word of an expression; `at` is its offset in the text. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

/** An expression that does not follow the grammar; caught where expressions are parsed. */
export class SyntaxFault {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

const SPACE = /\s/;
const DIGIT = /\d/;
const NAME = /[\w$]/;

/** Cuts the text between an expression's brackets into tokens. @throws SyntaxFault on a stray character. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (SPACE.test(char)) {
      at += 1;
      continue;
    }
    const token = readToken(text, at);
    tokens.push(token.token);
    at = token.next;
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

function readToken(text: string, at: number): { token: Token; next: number } {
  const char = text.charAt(at);
  if (char === "'") return readString(text, at);
  if (DIGIT.test(char)) return readWhile(text, at, 'number');
  if (NAME.test(char)) return readWhile(text, at, 'name');
  if ('()[],.-+'.includes(char)) return { token: { kind: 'symbol', text: char, at }, next: at + 1 };
  throw new SyntaxFault(`unexpected character ${JSON.stringify(char)} at ${at}`);
}

function readWhile(text: string, at: number, kind: 'name' | 'number'): { token: Token; next: number } {
  let end = at + 1;
  while (end < text.length && (NAME.test(text.charAt(end)) || isFraction(text, end, kind))) end += 1;
  return { token: { kind, text: text.slice(at, end), at }, next: end };
}

function isFraction(text: string, at: number, kind: 'name' | 'number'): boolean {
  return kind === 'number' && text[at] === '.' && DIGIT.test(text.charAt(at + 1));
}

function readString(text: string, at: number): { token: Token; next: number } {
  let value = '';
  let from = at + 1;
  for (;;) {
    const close = text.indexOf("'", from);
    if (close < 0) throw new SyntaxFault(`the string that starts at ${at} is not closed`);
    value += text.slice(from, close);
    if (text[close + 1] !== "'") return { token: { kind: 'string', text: value, at }, next: close + 1 };
    value += "'";
    from = close + 2;
  }
}
