/**
 * JSON of a value for a column, with the two line separators of Unicode escaped. They mean the same to every reader,
 * but Azurite (3.37) takes them for the end of a line in a transaction, fails, and fails every later one too.
 */
export function toColumnJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
