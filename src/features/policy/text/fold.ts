const ASCII = /^[\0-\x7f]*$/;

/**
 * A string in the form in which two strings that differ only by case are the same
 * (full Unicode folding: `Straße` and `STRASSE`, `Σ` and both its small letters).
 */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  return ASCII.test(lower) ? lower : foldFully(text);
}

/** Whether `text` equals a string that was folded before; allocates only beyond ASCII. */
export function foldedEquals(text: string, folded: string): boolean {
  const lower = text.toLowerCase();
  if (lower === folded) return true;
  return !ASCII.test(lower) && foldFully(text) === folded;
}

/** Whether a set of folded strings holds `text`. */
export function foldedIn(text: string, folded: ReadonlySet<string>): boolean {
  const lower = text.toLowerCase();
  if (folded.has(lower)) return true;
  return !ASCII.test(lower) && folded.has(foldFully(text));
}

function foldFully(text: string): string {
  return text.toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}

/** Letters whose upper or lower case the invariant culture leaves alone: dotless i, dotted I, long s. */
const KEPT = 'ıİſ';

/** Upper case as .NET's invariant culture has it: each character becomes one character, or stays (`ß`). */
export function toInvariantUpper(text: string): string {
  return mapSimply(text, (char) => char.toUpperCase());
}

/** Lower case as .NET's invariant culture has it. */
export function toInvariantLower(text: string): string {
  return mapSimply(text, (char) => char.toLowerCase());
}

function mapSimply(text: string, map: (char: string) => string): string {
  if (ASCII.test(text)) return map(text);
  const mapped = Array.from(text, (char) => {
    const other = map(char);
    return KEPT.includes(char) || other.length !== char.length ? char : other;
  });
  return mapped.join('');
}
