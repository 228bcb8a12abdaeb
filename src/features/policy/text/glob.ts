import { find } from './find.ts';

/** Decides whether a whole string has the shape of a pattern. */
export type Matcher = (text: string) => boolean;

/**
 * A pattern in which `*` stands for any text and all else for itself.
 * Both pattern and text must be folded already. Linear in the text; no RegExp is built.
 */
export function compileGlob(pattern: string): Matcher {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  if (parts.length === 1) return (text) => text === first;
  const last = parts.at(-1) ?? '';
  const middle = parts.slice(1, -1).filter((part) => part !== '');
  const least = first.length + last.length;
  return (text) =>
    text.length >= least &&
    text.startsWith(first) &&
    text.endsWith(last) &&
    holdsInOrder(text.slice(first.length, text.length - last.length), middle);
}

function holdsInOrder(text: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = find(text, part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

/**
 * As {@link compileGlob}, with `?` standing for exactly one character (regorus' reading of `like`).
 * At most text × pattern steps; without `*`, one pass.
 */
export function compileGlobWithSingles(pattern: string): Matcher {
  return (text) => matchSingles(text, pattern);
}

function matchSingles(text: string, pattern: string): boolean {
  let at = 0;
  let p = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (pattern[p] === '*') {
      star = p;
      p += 1;
      resume = at;
    } else if (pattern[p] === '?' || pattern[p] === text[at]) {
      p += 1;
      at += 1;
    } else if (star >= 0) {
      resume += 1;
      at = resume;
      p = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
