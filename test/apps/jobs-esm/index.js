import { app, output } from '@azure/functions';

const log = [];
let isRunning = false;
let attempts = 0;

const readings = output.table({
  connection: 'JobsStorage',
  tableName: 'readings',
  partitionKey: 'meter-1',
});

app.timer('tick', {
  schedule: '%TICK_SCHEDULE%',
  handler: async (timer) => {
    const overlapped = isRunning;
    isRunning = true;
    await new Promise((resolve) => setTimeout(resolve, 1300));
    isRunning = false;
    log.push({ job: 'tick', overlapped, at: Date.now(), isPastDue: timer.isPastDue });
  },
});

app.timer('atStart', {
  schedule: '0 0 3 * * *',
  runOnStartup: true,
  handler: (timer) => {
    log.push({ job: 'atStart', timer });
  },
});

app.timer('nightly', {
  schedule: '0 30 2 * * 1-5',
  handler: (timer) => {
    log.push({ job: 'nightly', timer });
  },
});

app.timer('flaky', {
  schedule: '1.00:00:00',
  useMonitor: false,
  runOnStartup: true,
  retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: { milliseconds: 100 } },
  handler: (_timer, context) => {
    attempts += 1;
    log.push({ job: 'flaky', attempt: attempts, retry: context.retryContext ?? null });
    if (attempts < 3) throw new Error(`attempt ${attempts}`);
  },
});

app.serviceBusQueue('batch', {
  connection: 'JobsBus',
  queueName: 'readings',
  cardinality: 'many',
  return: readings,
  handler: (messages, context) => {
    const { messageIdArray, deliveryCountArray, applicationPropertiesArray } = context.triggerMetadata;
    log.push({ job: 'batch', messages, messageIdArray, deliveryCountArray, applicationPropertiesArray });
    return messages.map((message) => ({ rowKey: String(message.n), value: message.n }));
  },
});

app.serviceBusQueue('sessions', {
  connection: 'JobsBus',
  queueName: 'per-customer',
  isSessionsEnabled: true,
  handler: async (message, context) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    log.push({ job: 'sessions', session: context.triggerMetadata.sessionId, message });
  },
});

app.eventGrid('oneEvent', {
  handler: (event, context) => {
    log.push({ job: 'oneEvent', event, trace: context.traceContext.traceParent });
    if (event.data?.fail) throw new Error('event refused');
  },
});

app.generic('allEvents', {
  trigger: { type: 'eventGridTrigger', name: 'events', cardinality: 'many' },
  handler: (events) => {
    log.push({ job: 'allEvents', count: events.length });
  },
});

app.http('log', {
  methods: ['GET'],
  handler: (request) => ({ jsonBody: log.filter(({ job }) => job === request.query.get('job')) }),
});
