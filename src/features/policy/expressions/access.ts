import { isArray, isObject, readKeyOf, type Selected } from '../json/json.ts';

/** A property (ignoring case) or a member; undefined where there is none. */
export function selectProperty(from: Selected, key: Selected): Selected {
  if (isObject(from) && typeof key === 'string') return readKeyOf(from, key);
  if (isArray(from) && typeof key === 'number') return from[key];
  return undefined;
}
