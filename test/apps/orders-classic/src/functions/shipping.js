const { app } = require('@azure/functions');

const seen = [];

app.serviceBusQueue('ship', {
  connection: 'OrdersBus',
  queueName: '%ORDER_QUEUE%',
  handler: async (message, context) => {
    const { deliveryCount, messageId, applicationProperties, contentType } = context.triggerMetadata;
    seen.push({ message, deliveryCount, messageId: String(messageId), applicationProperties, contentType });
    if (message?.poison) throw new Error('cannot ship this');
  },
});

app.get('shipped', () => ({ jsonBody: seen }));
