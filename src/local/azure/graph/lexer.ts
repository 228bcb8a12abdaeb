import { type Place, parserFailure } from './failure.ts';

export type TokenKind = 'word' | 'text' | 'number' | 'timespan' | 'symbol' | 'end';
export type Token = Place & { readonly kind: TokenKind; readonly value: string };

const patterns: readonly (readonly [TokenKind | 'space', RegExp])[] = [
  ['space', /\s+|\/\/[^\n]*/y],
  ['text', /@"[^"]*"|@'[^']*'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y],
  ['timespan', /\d+(?:\.\d+)?(?:ms|d|h|m|s)\b/y],
  ['number', /\d+(?:\.\d+)?/y],
  ['word', /[A-Za-z_$][\w$]*/y],
  ['symbol', /==|=~|!=|!~|>=|<=|\.\.|[|,()[\].=<>+\-*/~!:]/y],
];

/** Splits a query into tokens with their places (lines from 1, columns from 0, as Resource Graph counts). */
export function tokenise(query: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;
  while (at < query.length) {
    const place = { line, column: at - lineStart, text: query[at] ?? '' };
    const match = matchAt(query, at);
    if (match === undefined) throw parserFailure(place);
    const [kind, text] = match;
    if (kind !== 'space')
      tokens.push({ ...place, text, kind, value: kind === 'text' ? unquote(text) : text });
    for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) {
      line++;
      lineStart = at + index + 1;
    }
    at += text.length;
  }
  tokens.push({ kind: 'end', value: '', text: '<EOF>', line, column: at - lineStart });
  return tokens;
}

function matchAt(query: string, at: number): readonly [TokenKind | 'space', string] | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const found = pattern.exec(query);
    if (found !== null) return [kind, found[0]];
  }
  return undefined;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unquote(text: string): string {
  if (text.startsWith('@')) return text.slice(2, -1);
  return text.slice(1, -1).replaceAll(/\\(.)/g, (_all, escaped: string) => escapes[escaped] ?? escaped);
}
