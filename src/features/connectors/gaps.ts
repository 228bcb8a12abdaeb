import type { AzureError } from '#platform/azureClient.ts';
import type { Connector, Gap } from './connector.ts';
import type { SourceState } from './store.ts';

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
  if (OFF.test(message) || connector.off?.test(message))
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

/**
 * What is missing of a source in a subscription: of its last run, and what it sent and could not be understood, until
 * a run that began later has made up for it; for what names no subscription, one of every subscription (`all`).
 */
export function openGaps(state: SourceState, all: readonly SourceState[]): Gap[] {
  const gap = state.received?.gap;
  if (!gap) return [...state.gaps];
  const concerned = state.subscriptionId === '' ? all.filter((one) => one !== state) : [state];
  const isMadeUp = concerned.every(
    ({ startedAt = '', endedAt = '' }) => startedAt > gap.since && endedAt >= startedAt,
  );
  return isMadeUp ? [...state.gaps] : [...state.gaps, gap];
}
