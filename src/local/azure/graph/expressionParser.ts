import { findComparison } from './comparisons.ts';
import type { Cursor } from './cursor.ts';
import { parserFailure } from './failure.ts';
import type { Expression } from './syntax.ts';

const spans: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const constants: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/** Parses `a or b and c == d`, by precedence. */
export function parseExpression(cursor: Cursor): Expression {
  let left = parseAnd(cursor);
  while (cursor.take('or')) left = { kind: 'or', left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: Cursor): Expression {
  let left = parseComparison(cursor);
  while (cursor.take('and')) left = { kind: 'and', left, right: parseComparison(cursor) };
  return left;
}

function parseComparison(cursor: Cursor): Expression {
  const left = parseSum(cursor);
  const operator = takeOperator(cursor);
  if (operator === undefined) return left;
  if (!/^!?in~?$/.test(operator)) return { kind: 'compare', operator, left, right: [parseSum(cursor)] };
  cursor.expect('(');
  const right = cursor.isAt(')') ? [] : cursor.list(() => parseSum(cursor));
  cursor.expect(')');
  return { kind: 'compare', operator, left, right };
}

function takeOperator(cursor: Cursor): string | undefined {
  const negated = cursor.isAt('!') && cursor.peek(1).kind === 'word';
  const token = cursor.peek(negated ? 1 : 0);
  const word = `${negated ? '!' : ''}${token.kind === 'word' ? token.value.toLowerCase() : token.value}`;
  if (token.kind !== 'word' && token.kind !== 'symbol') return undefined;
  if (findComparison(word) === undefined) return undefined;
  cursor.next();
  if (negated) cursor.next();
  return /^!?in$/.test(word) && cursor.take('~') ? `${word}~` : word;
}

function parseSum(cursor: Cursor): Expression {
  let left = parsePath(cursor);
  for (;;) {
    if (cursor.take('+')) left = { kind: 'add', left, right: parsePath(cursor) };
    else if (cursor.take('-')) left = { kind: 'subtract', left, right: parsePath(cursor) };
    else return left;
  }
}

function parsePath(cursor: Cursor): Expression {
  let of = parsePrimary(cursor);
  for (;;) {
    if (cursor.take('.')) of = { kind: 'member', of, key: cursor.word() };
    else if (cursor.take('[')) {
      const token = cursor.next();
      if (token.kind !== 'text' && token.kind !== 'number') throw parserFailure(token, 'text');
      of = { kind: 'member', of, key: token.kind === 'text' ? token.value : Number(token.value) };
      cursor.expect(']');
    } else return of;
  }
}

function parsePrimary(cursor: Cursor): Expression {
  const token = cursor.next();
  if (token.kind === 'text') return { kind: 'constant', value: token.value };
  if (token.kind === 'number') return { kind: 'constant', value: Number(token.value) };
  if (token.kind === 'timespan') return { kind: 'constant', value: timespan(token.value) };
  if (token.value === '-' && cursor.peek().kind === 'number')
    return { kind: 'constant', value: -cursor.number() };
  if (token.value === '(') {
    const inner = parseExpression(cursor);
    cursor.expect(')');
    return inner;
  }
  if (token.kind !== 'word') throw parserFailure(token, 'expression');
  const name = token.value.toLowerCase();
  if (cursor.isAt('(')) return name === 'datetime' ? parseDateTime(cursor) : parseCall(cursor, token);
  const constant = constants[name];
  return constant === undefined
    ? { kind: 'column', name: token.value }
    : { kind: 'constant', value: constant };
}

function parseCall(cursor: Cursor, token: ReturnType<Cursor['next']>): Expression {
  cursor.expect('(');
  const values = cursor.isAt(')') ? [] : cursor.list(() => parseExpression(cursor));
  cursor.expect(')');
  return { kind: 'call', name: token.value.toLowerCase(), place: token, arguments: values };
}

/** `datetime(2024-05-01T10:00:00Z)`: an unquoted literal, so its tokens are put together again. */
function parseDateTime(cursor: Cursor): Expression {
  const start = cursor.peek();
  cursor.expect('(');
  let text = '';
  while (!cursor.isAt(')')) {
    const token = cursor.next();
    if (token.kind === 'end') throw parserFailure(token, ')');
    text +=
      token.kind === 'text'
        ? token.value
        : `${text.length === 10 && token.kind === 'number' ? 'T' : ''}${token.text}`;
  }
  cursor.expect(')');
  const value = new Date(text);
  if (Number.isNaN(value.getTime())) throw parserFailure({ ...start, text }, 'datetime');
  return { kind: 'constant', value };
}

function timespan(text: string): number {
  const [, amount, unit] = /^([\d.]+)(\w+)$/.exec(text) ?? [];
  return Number(amount) * (spans[unit ?? 'ms'] ?? 1);
}
