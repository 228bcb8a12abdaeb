import type { Json, Selected } from '../json/json.ts';
import { isCollection, parsePath } from './parse.ts';
import { collectJson, compileCollection, compileGetter } from './read.ts';

/** What a path selects in a document: one value, or an array of all values where it has `[*]`. */
export function readPath(document: Json, path: string): Selected {
  const segments = parsePath(path);
  if (segments === null) return undefined;
  if (isCollection(segments)) return collectJson(compileCollection(segments), document);
  return compileGetter(segments)(document);
}
