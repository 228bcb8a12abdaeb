import type { InvocationContext } from '@azure/functions';
import type { LogSink } from '#platform/log.ts';

/** Log entries go through the invocation, so that Application Insights ties them to it. */
export function sinkOf(context: InvocationContext): LogSink {
  return (level, entry) => {
    switch (level) {
      case 'debug':
        return context.debug(entry);
      case 'information':
        return context.info(entry);
      case 'warning':
        return context.warn(entry);
      case 'error':
        return context.error(entry);
    }
  };
}
