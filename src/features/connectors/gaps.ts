import type { AzureError } from '#platform/azureClient.ts';
import type { Connector, Gap } from './connector.ts';

/**
 * Codes with which Resource Manager says that a provider is off in a subscription ("Resource provider registration
 * errors", Azure Resource Manager).
 */
const OFF =
  /\b(MissingSubscriptionRegistration|NoRegisteredProviderFound|SubscriptionNotRegistered|Subscription ?Not ?Onboarded)\b/i;

/** The gap that a failed read leaves, in words that say what to do. */
export function toGap(connector: Connector, scope: string, failure: { error: AzureError; at: string }): Gap {
  const { error, at } = failure;
  const { message, kind } = error;
  if (OFF.test(message))
    return {
      scope,
      kind: 'off',
      reason: `${connector.title} is off in this subscription: ${message}`,
      since: at,
    };
  if (kind === 'refused')
    return {
      scope,
      kind: 'refused',
      reason: `the identity may not read it; grant it the role ${connector.role}: ${message}`,
      role: connector.role,
      since: at,
    };
  if (kind === 'throttled') return { scope, kind, reason: `Azure throttles: ${message}`, since: at };
  return { scope, kind: 'unavailable', reason: message, since: at };
}

/** The gaps of a run, each with the time since when it is open. */
export function keepSince(gaps: readonly Gap[], before: readonly Gap[]): Gap[] {
  return gaps.map((gap) => {
    const earlier = before.find(({ scope, kind }) => scope === gap.scope && kind === gap.kind);
    return earlier ? { ...gap, since: earlier.since } : gap;
  });
}
