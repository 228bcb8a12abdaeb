import { app, type InvocationContext } from '@azure/functions';
import { withScope } from '#platform/log.ts';
import type { Services } from '../services.ts';
import { sinkOf } from './logging.ts';

/**
 * Registers the function that Event Grid delivers resource events to where it cannot reach the queue `resource-events`:
 * a topic that carries no identity of ours, and local mode. Where it throws, Event Grid delivers again.
 */
export function registerEventGrid({ discovery }: Services): void {
  app.eventGrid('resourceEvents', {
    handler: (event: unknown, context: InvocationContext) =>
      withScope({ correlationId: context.invocationId, sink: sinkOf(context) }, () =>
        discovery.acceptEvents([event]),
      ),
  });
}
