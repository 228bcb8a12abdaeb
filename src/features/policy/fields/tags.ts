import { keySegment } from '../paths/parse.ts';
import { type FieldEntry, found } from './reference.ts';

/** `tags['x']`, `tags[x]` and `tags.x`; the name may hold dots, and `''` within quotes is an apostrophe. */
export const tagFields: FieldEntry = {
  resolve(text, context) {
    if (!/^tags[.[]/i.test(text)) return null;
    const name = tagName(text.slice('tags'.length));
    if (name === null || (name === '*' && context.barePaths)) return null;
    if (name === '') return { ok: false, problem: 'unknownField', reason: `${text} does not name a tag` };
    return found({ kind: 'tags', label: text, segments: [keySegment('tags'), keySegment(name)] });
  },
};

function tagName(rest: string): string | null {
  if (rest.startsWith('.')) return rest.slice(1);
  if (!rest.endsWith(']')) return null;
  const inner = rest.slice(1, -1);
  if (!inner.startsWith("'")) return inner;
  return inner.length >= 2 && inner.endsWith("'") ? inner.slice(1, -1).replaceAll("''", "'") : null;
}
