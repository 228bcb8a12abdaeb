/** A key that an object of a JSON text gives twice. */
export interface DuplicateKey {
  readonly path: string;
  readonly key: string;
}

interface Frame {
  readonly keys: Set<string> | null;
  readonly path: string;
  index: number;
  key: string;
  expectsKey: boolean;
}

/**
 * Finds keys given twice in one object, which `JSON.parse` drops silently.
 * @param text valid JSON.
 * @returns every later spelling of a repeated key, with the JSON path of its object. Linear, without recursion.
 */
export function duplicateKeys(text: string): DuplicateKey[] {
  const found: DuplicateKey[] = [];
  const stack: Frame[] = [];
  for (let i = 0; i < text.length; i++) {
    const top = stack.at(-1);
    switch (text.charAt(i)) {
      case '{':
        stack.push({ keys: new Set(), path: pathBelow(top), index: 0, key: '', expectsKey: true });
        break;
      case '[':
        stack.push({ keys: null, path: pathBelow(top), index: 0, key: '', expectsKey: false });
        break;
      case '}':
      case ']':
        stack.pop();
        break;
      case ',':
        if (top) advance(top);
        break;
      case '"': {
        const end = closingQuote(text, i);
        if (top?.expectsKey) noteKey(top, text.slice(i, end + 1), found);
        i = end;
        break;
      }
      default:
    }
  }
  return found;
}

function advance(frame: Frame): void {
  frame.index += 1;
  frame.expectsKey = frame.keys !== null;
}

function noteKey(frame: Frame, quoted: string, found: DuplicateKey[]): void {
  const key = String(JSON.parse(quoted));
  if (frame.keys?.has(key)) found.push({ path: frame.path, key });
  frame.keys?.add(key);
  frame.key = key;
  frame.expectsKey = false;
}

function pathBelow(frame: Frame | undefined): string {
  if (frame === undefined) return '$';
  return frame.keys === null ? `${frame.path}[${frame.index}]` : `${frame.path}.${frame.key}`;
}

function closingQuote(text: string, open: number): number {
  let i = open + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i;
}
