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
