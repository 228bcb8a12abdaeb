import { limits } from '../limits.ts';
import type { Expression } from './ast.ts';
import { SyntaxFault, type Token, tokenize } from './lexer.ts';

/** An expression, or why the text is none. */
export type ParsedExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly reason: string; readonly limit: boolean };

/** Whether Azure reads a string as a template expression. */
export function isExpression(text: string): boolean {
  return text.startsWith('[') && text.endsWith(']') && !text.startsWith('[[');
}

/** The literal that a string stands for when it is not an expression: `[[x]` is `[x]`. */
export function unescapeLiteral(text: string): string {
  return text.startsWith('[[') && text.endsWith(']') ? text.slice(1) : text;
}

/**
 * Parses `[function(…).property[0]]`.
 * Grammar: learn.microsoft.com, "Syntax and expressions in ARM templates". Nesting is limited to Azure's 64 levels.
 */
export function parseExpression(text: string): ParsedExpression {
  if (text.length > limits.expressionLength) {
    return {
      ok: false,
      limit: true,
      reason: `the expression is longer than ${limits.expressionLength} characters`,
    };
  }
  try {
    const cursor: Cursor = { tokens: tokenize(text.slice(1, -1)), at: 0 };
    const expression = parseOperand(cursor, 0);
    const rest = peek(cursor);
    if (rest.kind !== 'end') throw new SyntaxFault(`unexpected ${shown(rest)} at ${rest.at}`);
    return { ok: true, expression };
  } catch (fault) {
    if (fault instanceof SyntaxFault) {
      return { ok: false, limit: fault.reason.startsWith(TOO_DEEP), reason: fault.reason };
    }
    throw fault;
  }
}

const TOO_DEEP = 'functions are nested deeper';

interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
}

const END: Token = { kind: 'end', text: '', at: 0 };

function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.at] ?? END;
}

function take(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.at += 1;
  return token;
}

function accept(cursor: Cursor, symbol: string): boolean {
  const token = peek(cursor);
  const found = token.kind === 'symbol' && token.text === symbol;
  if (found) cursor.at += 1;
  return found;
}

function expect(cursor: Cursor, symbol: string): void {
  const token = peek(cursor);
  if (!accept(cursor, symbol))
    throw new SyntaxFault(`expected ${symbol} but found ${shown(token)} at ${token.at}`);
}

function shown(token: Token): string {
  return token.kind === 'end' ? 'the end' : JSON.stringify(token.text);
}

function parseOperand(cursor: Cursor, depth: number): Expression {
  if (depth > limits.functionDepth) throw new SyntaxFault(`${TOO_DEEP} than ${limits.functionDepth} levels`);
  let expression = parsePrimary(cursor, depth);
  for (let accesses = 0; ; accesses++) {
    if (accesses > limits.functionDepth)
      throw new SyntaxFault(`${TOO_DEEP} than ${limits.functionDepth} levels`);
    if (accept(cursor, '.')) {
      const name = take(cursor);
      if (name.kind !== 'name') throw new SyntaxFault(`expected a property after . but found ${shown(name)}`);
      expression = { kind: 'access', target: expression, key: { kind: 'literal', value: name.text } };
    } else if (accept(cursor, '[')) {
      const key = parseOperand(cursor, depth + 1);
      expect(cursor, ']');
      expression = { kind: 'access', target: expression, key };
    } else {
      return expression;
    }
  }
}

function parsePrimary(cursor: Cursor, depth: number): Expression {
  if (accept(cursor, '(')) {
    const inner = parseOperand(cursor, depth + 1);
    expect(cursor, ')');
    return inner;
  }
  const sign = accept(cursor, '-') ? -1 : accept(cursor, '+') ? 1 : 0;
  const token = take(cursor);
  if (token.kind === 'number') return { kind: 'literal', value: (sign || 1) * toNumber(token) };
  if (sign !== 0) throw new SyntaxFault(`expected a number but found ${shown(token)} at ${token.at}`);
  if (token.kind === 'string') return { kind: 'literal', value: token.text };
  if (token.kind !== 'name')
    throw new SyntaxFault(`expected a value but found ${shown(token)} at ${token.at}`);
  return parseCall(cursor, token, depth);
}

function toNumber(token: Token): number {
  const value = Number(token.text);
  if (!/^\d+(\.\d+)?$/.test(token.text)) throw new SyntaxFault(`${shown(token)} is not a number`);
  return value;
}

/** The name after `namespace.` of a template's own function: `contoso.uniqueName(…)`. */
function namespaced(cursor: Cursor): Token | null {
  const [dot, name, open] = cursor.tokens.slice(cursor.at, cursor.at + 3);
  if (dot?.text !== '.' || name?.kind !== 'name' || open?.text !== '(') return null;
  cursor.at += 2;
  return name;
}

/** Words that are understood without parentheses too. */
const BARE_WORDS = new Set(['true', 'false', 'null']);

function parseCall(cursor: Cursor, name: Token, depth: number): Expression {
  if (!accept(cursor, '(')) {
    const member = namespaced(cursor);
    if (member) return parseCall(cursor, { ...name, text: `${name.text}.${member.text}` }, depth);
    if (BARE_WORDS.has(name.text.toLowerCase())) return { kind: 'call', name: name.text, args: [] };
    throw new SyntaxFault(`${shown(name)} must be called: ${name.text}(…)`);
  }
  const args: Expression[] = [];
  if (accept(cursor, ')')) return { kind: 'call', name: name.text, args };
  do args.push(parseOperand(cursor, depth + 1));
  while (accept(cursor, ','));
  expect(cursor, ')');
  return { kind: 'call', name: name.text, args };
}
