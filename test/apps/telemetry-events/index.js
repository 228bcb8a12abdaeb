import { app } from '@azure/functions';

const log = [];
let failures = 2;

app.eventHub('batch', {
  connection: 'Telemetry',
  eventHubName: '%TELEMETRY_HUB%',
  cardinality: 'many',
  retry: { strategy: 'fixedDelay', maxRetryCount: -1, delayInterval: { milliseconds: 100 } },
  handler: (events, context) => {
    const { triggerMetadata } = context;
    log.push({ function: 'batch', events, triggerMetadata, retry: context.retryContext?.retryCount ?? 0 });
    if (events.includes('stuck') && process.env.STUCK) throw new Error('stuck');
    if (events.includes('flaky') && failures > 0) {
      failures -= 1;
      throw new Error('not yet');
    }
  },
});

app.eventHub('single', {
  connection: 'Telemetry',
  eventHubName: '%TELEMETRY_HUB%',
  consumerGroup: 'single',
  cardinality: 'one',
  handler: (event, context) => {
    log.push({ function: 'single', event, triggerMetadata: context.triggerMetadata });
    if (event === 'poison') throw new Error('never');
  },
});

app.get('log', () => ({ jsonBody: log }));
