const { app } = require('@azure/functions');

const runs = [];
let running = 0;

async function work(queue, message, context) {
  running += 1;
  const run = {
    queue,
    id: message.id,
    deliveryCount: context.triggerMetadata.deliveryCount,
    running,
    done: false,
  };
  runs.push(run);
  await new Promise((resolve) => setTimeout(resolve, message.ms));
  running -= 1;
  run.done = true;
}

app.serviceBusQueue('steady', {
  connection: 'Bus',
  queueName: 'steady',
  handler: (message, context) => work('steady', message, context),
});

app.serviceBusQueue('unsettled', {
  connection: 'Bus',
  queueName: 'unsettled',
  autoCompleteMessages: false,
  handler: (message, context) => work('unsettled', message, context),
});

app.serviceBusQueue('slowBatch', {
  connection: 'Bus',
  queueName: 'batches',
  cardinality: 'many',
  handler: async (messages) => {
    const run = { queue: 'batches', ids: messages.map(({ id }) => id), done: false };
    runs.push(run);
    await new Promise((resolve) => setTimeout(resolve, messages[0].ms));
    run.done = true;
  },
});

app.get('runs', () => ({ jsonBody: runs }));
