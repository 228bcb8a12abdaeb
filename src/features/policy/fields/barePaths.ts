import { parsePath } from '../paths/parse.ts';
import { type FieldEntry, found } from './reference.ts';

/** A path from the document's root; only where the caller allows it, Azure does not. */
export const barePathFields: FieldEntry = {
  resolve(text, context) {
    const segments = context.barePaths ? parsePath(text) : null;
    return segments === null ? null : found({ kind: 'path', label: text, segments });
  },
};
