/** One step of a JSON Patch (RFC 6902) whose paths are JSON Pointers (RFC 6901). */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/**
 * The patch that makes `before` into `after`. Arrays are compared element by element where their length is
 * the same, and replaced whole otherwise: short, always right, and readable for people.
 */
export function diff(before: unknown, after: unknown, path = ''): PatchOperation[] {
  if (Object.is(before, after)) return [];
  if (isObject(before) && isObject(after)) return diffObjects(before, after, path);
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => diff(item, after[index], `${path}/${index}`));
  }
  return [{ op: 'replace', path, value: after }];
}

/** Applies a patch of `diff`'s to a JSON value and returns the result; the input stays as it was. */
export function applyPatch(target: unknown, patch: readonly PatchOperation[]): unknown {
  return patch.reduce<unknown>(
    (value, operation) => applyAt(value, operation, operation.path.split('/').slice(1)),
    target,
  );
}

function diffObjects(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  path: string,
): PatchOperation[] {
  const patch: PatchOperation[] = [];
  for (const key of Object.keys(before)) {
    const at = `${path}/${escapePointer(key)}`;
    if (Object.hasOwn(after, key)) patch.push(...diff(before[key], after[key], at));
    else patch.push({ op: 'remove', path: at });
  }
  for (const key of Object.keys(after)) {
    if (!Object.hasOwn(before, key))
      patch.push({ op: 'add', path: `${path}/${escapePointer(key)}`, value: after[key] });
  }
  return patch;
}

function applyAt(value: unknown, operation: PatchOperation, segments: readonly string[]): unknown {
  const [segment, ...rest] = segments;
  if (segment === undefined) return operation.op === 'remove' ? undefined : operation.value;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === segment ? applyAt(item, operation, rest) : item));
  const key = unescapePointer(segment);
  const entries = Object.entries(isObject(value) ? value : {});
  const others = entries.filter(([name]) => name !== key);
  if (rest.length === 0 && operation.op === 'remove') return Object.fromEntries(others);
  const member = applyAt(entries.find(([name]) => name === key)?.[1], operation, rest);
  return Object.fromEntries([...others, [key, member]]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
