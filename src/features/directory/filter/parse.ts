import { type Filter, parse } from 'scim2-parse-filter';
import { ScimFailure } from '../problems.ts';

const MAX_LENGTH = 8_000;
const MAX_NESTING = 20;
const MAX_TERMS = 100;
const LITERAL = /"(?:[^"\\]|\\.)*"/gsu;
const TERM = /\s(?:eq|ne|co|sw|ew|gt|ge|lt|le|pr)(?![\w.:])/gi;
/** In place of the dot of `emails[…].value`: the part belongs to the element that the brackets found. */
export const SAME = 'same__';

/** A parsed filter; the texts that it compares with stand apart. */
export type ParsedFilter = { readonly tree: Filter; readonly textOf: (value: unknown) => unknown };

/**
 * Parses a filter (RFC 7644 section 3.4.2.2). The library is given neither the texts, since it takes exponential
 * time over some and misreads escapes, nor a filter without bounds, since it works by recursion.
 * @throws ScimFailure `invalidFilter`
 */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > MAX_LENGTH) throw invalidFilter(`it is longer than ${MAX_LENGTH} characters`);
  const texts: string[] = [];
  const bare = text
    .replace(LITERAL, (literal) => ` "#${texts.push(readLiteral(literal)) - 1}" `)
    .replaceAll(/\]\.(?=\w)/g, `].${SAME}`)
    .replaceAll(/(?<=\s)(true|false|null)(?=[\s)\]]|$)/gi, (word) => word.toLowerCase());
  if (bare.replaceAll(/"#\d+"/g, '').includes('"')) throw invalidFilter('a text does not end');
  checkBounds(bare);
  try {
    return {
      tree: parse(bare),
      textOf: (value) => (typeof value === 'string' ? texts[Number(value.slice(1))] : value),
    };
  } catch (error) {
    throw invalidFilter(`it cannot be read: ${String((error as Error).message).slice(0, 200)}`);
  }
}

function readLiteral(literal: string): string {
  try {
    return JSON.parse(literal) as string;
  } catch {
    throw invalidFilter(`${literal.slice(0, 100)} is not a JSON string`);
  }
}

function checkBounds(bare: string): void {
  let depth = 0;
  for (const [character] of bare.matchAll(/[()[\]]/g)) {
    depth += character === '(' || character === '[' ? 1 : -1;
    if (depth > MAX_NESTING) throw invalidFilter(`it is nested deeper than ${MAX_NESTING} levels`);
  }
  if ([...bare.matchAll(/\bnot\b/gi)].length > MAX_NESTING)
    throw invalidFilter(`it has more than ${MAX_NESTING} times not`);
  if ([...bare.matchAll(TERM)].length > MAX_TERMS)
    throw invalidFilter(`it has more than ${MAX_TERMS} comparisons`);
}

export function invalidFilter(reason: string): ScimFailure {
  return new ScimFailure('invalidFilter', `the filter is not valid: ${reason}`);
}
