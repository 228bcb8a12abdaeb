import { find, findLast } from './find.ts';
import { fold } from './fold.ts';

/** A folded text, and where each of its characters stood before (null: at the same place). */
interface Folded {
  readonly text: string;
  readonly origin: readonly number[] | null;
}

function foldWithOrigin(text: string): Folded {
  const whole = fold(text);
  if (whole.length === text.length) return { text: whole, origin: null };
  let folded = '';
  const origin: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const part = fold(text.charAt(i));
    folded += part;
    for (let n = 0; n < part.length; n++) origin.push(i);
  }
  return { text: folded, origin: [...origin, text.length] };
}

function originalIndex(folded: Folded, at: number): number {
  return at < 0 || folded.origin === null ? at : (folded.origin[at] ?? at);
}

/** `indexOf` ignoring case; indexes count UTF-16 units of `text`. */
export function findIgnoringCase(text: string, pattern: string): number {
  const folded = foldWithOrigin(text);
  return originalIndex(folded, find(folded.text, fold(pattern)));
}

/** `lastIndexOf` ignoring case. */
export function findLastIgnoringCase(text: string, pattern: string): number {
  const folded = foldWithOrigin(text);
  return originalIndex(folded, findLast(folded.text, fold(pattern)));
}

/**
 * Replaces every occurrence of `old`, ignoring case.
 * @returns null when the result would be longer than `longest`.
 */
export function replaceIgnoringCase(
  text: string,
  old: string,
  by: { next: string; longest: number },
): string | null {
  const lower = text.toLowerCase();
  const same = lower.length === text.length;
  const haystack = same ? lower : text;
  const needle = same ? old.toLowerCase() : old;
  const parts: string[] = [];
  let length = 0;
  let start = 0;
  for (let at = find(haystack, needle); at >= 0; at = find(haystack, needle, start)) {
    parts.push(text.slice(start, at));
    length += at - start + by.next.length;
    if (length > by.longest) return null;
    start = at + needle.length;
  }
  return parts.length === 0 ? text : parts.join(by.next) + by.next + text.slice(start);
}
