const { app, input, output } = require('@azure/functions');

app.cosmosDB('onChange', {
  connection: 'Cosmos',
  databaseName: 'db',
  containerName: 'items',
  handler: () => undefined,
});

app.get('readBlob', {
  extraInputs: [input.storageBlob({ path: 'files/{name}', connection: 'Files' })],
  extraOutputs: [output.eventHub({ eventHubName: 'hub', connection: 'Hub' })],
  handler: () => ({ body: 'never' }),
});

app.get('wrongRoute', { route: 'a/{x:odd}', handler: () => ({ body: 'never' }) });
app.get('fine', () => ({ body: 'fine' }));
