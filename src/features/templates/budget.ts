import { TemplateFault } from './problem.ts';
import { isValueArray, isValueObject, type Value } from './value.ts';

/** What is left of the work that one expansion may do: values looked at and made. Shared by all its frames. */
export type Budget = { left: number };

/** ARM refuses templates above 4 MB; an honest one takes some ten thousands. */
export const EXPANSION_BUDGET = 3_000_000;
/** As for policy rules. Source: "Azure Policy definition structure policy rule", "Policy rule limits". */
const MAX_NODES = 32_768;

/** @throws TemplateFault where the expansion has done too much */
export function spend(budget: Budget, amount: number, path: string): void {
  budget.left -= amount;
  if (budget.left < 0) throw new TemplateFault(path, 'the template takes too much work to expand');
}

/**
 * Pays for a value that a function made, by its size: values may share parts and be far larger than they seem.
 * @throws TemplateFault where it is too large
 */
export function pay(budget: Budget, value: Value, path: string): Value {
  const size = sizeOf(value, 0);
  if (size > MAX_NODES) throw new TemplateFault(path, `a value has more than ${MAX_NODES} nodes`);
  spend(budget, size, path);
  return value;
}

/** Stops counting where it is too many. */
function sizeOf(value: Value, before: number): number {
  let size = before + 1;
  const members = isValueArray(value) ? value : isValueObject(value) ? Object.values(value) : [];
  for (const member of members) {
    if (size > MAX_NODES) return size;
    size = sizeOf(member, size);
  }
  return size;
}
