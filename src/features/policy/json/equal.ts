import { isArray, isObject, type Json, type JsonObject } from './json.ts';

/** Deep, case-sensitive equality; the order of keys does not matter. */
export function deepEqual(left: Json, right: Json): boolean {
  return sameShape(left, right, strictEqual);
}

/** Deep equality whose leaves are compared by `same`. Keys are case-sensitive. */
export function sameShape(left: Json, right: Json, same: (left: Json, right: Json) => boolean): boolean {
  if (isArray(left)) return isArray(right) && sameMembers(left, right, same);
  if (isObject(left)) return isObject(right) && sameEntries(left, right, same);
  return !isArray(right) && !isObject(right) && same(left, right);
}

function sameMembers(left: readonly Json[], right: readonly Json[], same: (l: Json, r: Json) => boolean) {
  return left.length === right.length && left.every((member, i) => sameShape(member, right[i] ?? null, same));
}

function sameEntries(left: JsonObject, right: JsonObject, same: (l: Json, r: Json) => boolean): boolean {
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => {
    const other = Object.hasOwn(right, key) ? right[key] : undefined;
    return other !== undefined && sameShape(left[key] ?? null, other, same);
  });
}

function strictEqual(left: Json, right: Json): boolean {
  return left === right;
}
