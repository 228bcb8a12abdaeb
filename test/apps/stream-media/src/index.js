import { createHash } from 'node:crypto';
import { app } from '@azure/functions';
import { version } from '@azure/functions-core';

const journal = [];

app.setup({ enableHttpStream: true });

app.hook.appStart((context) => {
  context.hookData.bootedAt = Date.now();
  journal.push('appStart');
});

app.hook.appTerminate(() => {
  console.log('media app terminates');
});

app.hook.preInvocation((context) => {
  context.hookData.start = Date.now();
  journal.push(`pre ${context.invocationContext.functionName}`);
  const handler = context.functionHandler;
  if (context.invocationContext.functionName === 'wrapped') {
    context.functionHandler = async (...args) => ({
      ...(await handler(...args)),
      headers: { 'x-wrapped': 'yes' },
    });
  }
});

app.hook.postInvocation((context) => {
  const failed = context.error ? ' failed' : '';
  journal.push(`post ${context.invocationContext.functionName}${failed}`);
  if (context.invocationContext.functionName === 'rescued') {
    context.error = null;
    context.result = { status: 418, body: 'rescued' };
  }
});

app.hook.log((context) => {
  if (context.category === 'user') context.message = context.message.replace(/secret-\w+/g, '***');
});

app.http('upload', {
  methods: ['PUT'],
  route: 'clips/{name}',
  handler: async (request, context) => {
    const hash = createHash('sha256');
    let size = 0;
    try {
      for await (const chunk of request.body) {
        hash.update(chunk);
        size += chunk.length;
      }
    } catch (error) {
      journal.push('upload cut');
      throw error;
    }
    context.log('stored secret-recipe');
    return { jsonBody: { name: request.params.name, size, sha256: hash.digest('hex') } };
  },
});

app.http('download', {
  methods: ['GET'],
  route: 'clips/{name}',
  handler: (request) => {
    const count = Number(request.query.get('chunks'));
    const pause = Number(request.query.get('pause') ?? 0);
    async function* body() {
      for (let index = 0; index < count; index += 1) {
        if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
        yield Buffer.alloc(65536, index % 256);
      }
    }
    return {
      body: body(),
      headers: { 'content-type': 'video/fake', 'x-tags': request.query.getAll('tag').join('|') },
    };
  },
});

app.http('wrapped', { methods: ['GET'], handler: () => ({ body: 'inner' }) });
app.http('rescued', {
  methods: ['GET'],
  handler: () => {
    throw new Error('never seen');
  },
});
app.http('broken', {
  methods: ['POST'],
  handler: () => {
    throw new Error('no media today');
  },
});
app.http('hasty', { methods: ['POST'], handler: () => ({ body: 'not today' }) });
app.http('peek', {
  methods: ['POST'],
  handler: async (request) => {
    for await (const chunk of request.body) return { body: `first ${chunk.length}` };
  },
});
app.http('silent', { methods: ['GET'], handler: () => undefined });
app.http('journal', { methods: ['GET'], handler: () => ({ jsonBody: { journal, version } }) });
