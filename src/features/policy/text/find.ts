/** Below this length the engine's own search is bounded well enough. */
const SHORT = 32;

/**
 * `text.indexOf(pattern, from)` in linear time whatever the pattern
 * (Knuth–Morris–Pratt for long ones), so that no document can make a condition slow.
 */
export function find(text: string, pattern: string, from = 0): number {
  if (pattern.length <= SHORT) return text.indexOf(pattern, from);
  return search(text, pattern, borders(pattern), from);
}

/** `text.lastIndexOf(pattern)` in linear time. */
export function findLast(text: string, pattern: string): number {
  if (pattern.length <= SHORT) return text.lastIndexOf(pattern);
  const table = borders(pattern);
  let last = -1;
  for (let at = search(text, pattern, table, 0); at >= 0; at = search(text, pattern, table, at + 1))
    last = at;
  return last;
}

/** The parts of `text` between the places where `delimiter` stands; an empty delimiter splits nothing. */
export function splitBy(text: string, delimiter: string): string[] {
  if (delimiter === '') return [text];
  const parts: string[] = [];
  let start = 0;
  for (let at = find(text, delimiter); at >= 0; at = find(text, delimiter, start)) {
    parts.push(text.slice(start, at));
    start = at + delimiter.length;
  }
  parts.push(text.slice(start));
  return parts;
}

function search(text: string, pattern: string, table: Int32Array, from: number): number {
  let matched = 0;
  for (let i = from; i < text.length; i++) {
    while (matched > 0 && text[i] !== pattern[matched]) matched = table[matched - 1] ?? 0;
    if (text[i] === pattern[matched]) matched += 1;
    if (matched === pattern.length) return i - matched + 1;
  }
  return -1;
}

function borders(pattern: string): Int32Array {
  const table = new Int32Array(pattern.length);
  let length = 0;
  for (let i = 1; i < pattern.length; i++) {
    while (length > 0 && pattern[i] !== pattern[length]) length = table[length - 1] ?? 0;
    if (pattern[i] === pattern[length]) length += 1;
    table[i] = length;
  }
  return table;
}
