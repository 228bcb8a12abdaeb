/** A scalar as Azure's comparisons print it (.NET invariant: `True`, `1E+21`). */
export function scalarText(value: string | number | boolean): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value).replace('e', 'E');
}
