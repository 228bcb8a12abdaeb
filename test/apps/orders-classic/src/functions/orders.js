const { app, output, HttpResponse } = require('@azure/functions');

const orderQueue = output.serviceBusQueue({ connection: 'OrdersBus', queueName: '%ORDER_QUEUE%' });

app.http('getOrder', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'orders/{id:int}/{format?}',
  handler: async (request) => ({ jsonBody: { by: 'number', params: request.params } }),
});

app.http('getOrderByGuid', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'orders/{id:guid}',
  handler: async (request) => ({ jsonBody: { by: 'guid', id: request.params.id } }),
});

app.http('listRecent', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'orders/recent',
  handler: async (request) => {
    const session = (request.headers.get('cookie') ?? '').match(/session=([^;]+)/);
    return new HttpResponse({
      status: 200,
      jsonBody: { by: 'literal', session: session?.[1], tag: request.query.get('tag') },
      cookies: [
        { name: 'session', value: 'a b', maxAge: 60, httpOnly: true, sameSite: 'Strict' },
        { name: 'theme', value: 'dark', path: '/orders', secure: true },
      ],
    });
  },
});

app.http('anyOrder', {
  methods: ['GET', 'DELETE'],
  authLevel: 'anonymous',
  route: 'orders/{slug}',
  handler: (request) => ({ jsonBody: { by: 'slug', slug: request.params.slug } }),
});

app.http('files', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'files/{*path}',
  handler: (request) => ({ jsonBody: { path: request.params.path ?? null, url: request.url } }),
});

app.post('placeOrder', {
  authLevel: 'function',
  route: 'orders',
  extraOutputs: [orderQueue],
  handler: async (request, context) => {
    const order = await request.json();
    context.extraOutputs.set(
      orderQueue,
      order.lines.map((line) => ({ order: order.id, line })),
    );
    return { status: 202, headers: { location: `/api/orders/${order.id}` } };
  },
});

app.http('echo', {
  methods: ['POST', 'PUT'],
  authLevel: 'anonymous',
  handler: async (request) => ({
    body: Buffer.from(await request.arrayBuffer()),
    headers: { 'content-type': request.headers.get('content-type') ?? 'application/octet-stream' },
  }),
});

app.http('wipe', { methods: ['DELETE'], authLevel: 'admin', handler: () => ({ status: 204 }) });

app.get('nothing', () => undefined);

app.get('crash', async (_request, context) => {
  context.error('about to fail');
  throw new Error('the warehouse is on fire');
});

app.get('stray', async () => {
  Promise.reject(new Error('nobody awaits me'));
  return { body: 'fine' };
});

app.get('slow', async (request) => {
  await new Promise((resolve) => setTimeout(resolve, Number(request.query.get('ms'))));
  return { body: 'slept' };
});
