import { app, type InvocationContext } from '@azure/functions';
import { withScope } from '#platform/log.ts';
import type { Services } from '../services.ts';
import { sinkOf } from './logging.ts';

/**
 * Registers the function that Event Grid delivers resource events to where it cannot reach the queue `resource-events`:
 * a topic that carries no identity of ours, and local mode. Where it throws, Event Grid delivers again.
 */
export function registerEventGrid({ discovery, policyInsights }: Services): void {
  app.eventGrid('resourceEvents', {
    handler: (event: unknown, context: InvocationContext) =>
      withScope({ correlationId: context.invocationId, sink: sinkOf(context) }, () =>
        acceptEvents({ discovery, policyInsights }, [event]),
      ),
  });
}

/** Each kind of event goes where it is understood. */
export async function acceptEvents(
  { discovery, policyInsights }: Pick<Services, 'discovery' | 'policyInsights'>,
  events: readonly unknown[],
): Promise<void> {
  const verdicts = events.filter(isOfPolicyInsights);
  await policyInsights.agreement.acceptEvents(verdicts);
  await discovery.acceptEvents(events.filter((event) => !isOfPolicyInsights(event)));
}

function isOfPolicyInsights(event: unknown): boolean {
  const { type, eventType } = (event ?? {}) as { type?: unknown; eventType?: unknown };
  return String(eventType ?? type)
    .toLowerCase()
    .startsWith('microsoft.policyinsights.');
}
