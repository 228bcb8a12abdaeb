import { parsePath } from '../paths/parse.ts';
import { type FieldEntry, found } from './reference.ts';

/** `identity.type` and what stands beside it, `identity.userAssignedIdentities`. */
export const identityFields: FieldEntry = {
  resolve(text) {
    const segments = /^identity(?:$|[.[])/i.test(text) ? parsePath(text) : null;
    return segments === null ? null : found({ kind: 'identity', label: text, segments });
  },
};
