import { type Selectable, type Selector, selectorsMatch } from './selectors.ts';

/** An override of an assignment, as ARM describes it. */
export interface PolicyOverride {
  readonly kind: string;
  readonly value: string;
  readonly selectors?: readonly Selector[];
}

/**
 * The effect that an assignment's overrides give a policy for a resource, or undefined where none does. The first that
 * matches decides. Source: learn.microsoft.com, "Azure Policy assignment structure", "Overrides".
 */
export function overriddenEffect(
  overrides: readonly PolicyOverride[] | undefined,
  of: Selectable,
): string | undefined {
  return overrides?.find(
    (override) => override.kind.toLowerCase() === 'policyeffect' && isAbout(override, of),
  )?.value;
}

function isAbout(override: PolicyOverride, of: Selectable): boolean {
  const selectors = override.selectors ?? [];
  return selectors.length === 0 || selectorsMatch([{ selectors }], of);
}
