import { fold } from './fold.ts';

const ignoringCase = new Intl.Collator('en', { sensitivity: 'accent' });
const exactly = new Intl.Collator('en', { sensitivity: 'variant' });

/** .NET's InvariantCultureIgnoreCase order: negative, zero or positive. */
export function compareIgnoringCase(left: string, right: string): number {
  return left === right ? 0 : ignoringCase.compare(fold(left), fold(right));
}

/** .NET's InvariantCulture order: negative, zero or positive. */
export function compareExactly(left: string, right: string): number {
  return left === right ? 0 : exactly.compare(left, right);
}
