import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';

async function whoAmI(request: HttpRequest): Promise<HttpResponseInit> {
  const user = request.user;
  return { jsonBody: { user: user?.username ?? null, type: user?.type ?? null } };
}

app.http('whoAmI', { methods: ['GET'], handler: whoAmI });
