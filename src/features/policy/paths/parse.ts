/** One step of a property path. */
export type Segment =
  | { readonly kind: 'key'; readonly key: string; readonly lower: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'members' };

/** Every member of an array: the `[*]` of a path. */
export const members: Segment = Object.freeze({ kind: 'members' });

export function keySegment(key: string): Segment {
  return { kind: 'key', key, lower: key.toLowerCase() };
}

/**
 * Reads a path such as `properties.rules[*].ports[0]` or `tags['a.b']`.
 * Within brackets: `*`, a number, a quoted key (a doubled quote stands for one) or a bare key.
 * @returns null when brackets or quotes are not closed, or a step is empty.
 */
export function parsePath(text: string): Segment[] | null {
  const segments: Segment[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '[') {
      const close = closingBracket(text, at);
      if (close < 0) return null;
      segments.push(bracketSegment(text.slice(at + 1, close)));
      at = close + 1;
    } else {
      if (text[at] === '.') at += 1;
      const end = endOfKey(text, at);
      if (end === at) return null;
      segments.push(keySegment(text.slice(at, end)));
      at = end;
    }
  }
  return segments.length === 0 ? null : segments;
}

function endOfKey(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '.' && text[at] !== '[') at += 1;
  return at;
}

function closingBracket(text: string, open: number): number {
  const quote = text[open + 1];
  if (quote !== "'" && quote !== '"') return text.indexOf(']', open);
  let at = open + 2;
  while (at < text.length) {
    if (text[at] !== quote) at += 1;
    else if (text[at + 1] === quote) at += 2;
    else return text[at + 1] === ']' ? at + 1 : -1;
  }
  return -1;
}

function bracketSegment(inner: string): Segment {
  if (inner === '*') return members;
  const quote = inner[0];
  if (quote === "'" || quote === '"') {
    return keySegment(inner.slice(1, -1).replaceAll(quote + quote, quote));
  }
  return /^\d{1,9}$/.test(inner) ? { kind: 'index', index: Number(inner) } : keySegment(inner);
}

/** A path as text again. */
export function pathText(segments: readonly Segment[]): string {
  let text = '';
  for (const segment of segments) {
    if (segment.kind === 'members') text += '[*]';
    else if (segment.kind === 'index') text += `[${segment.index}]`;
    else if (/[.[\]']/.test(segment.key)) text += `['${segment.key.replaceAll("'", "''")}']`;
    else text += text === '' ? segment.key : `.${segment.key}`;
  }
  return text;
}

export function isCollection(segments: readonly Segment[]): boolean {
  return segments.includes(members);
}
