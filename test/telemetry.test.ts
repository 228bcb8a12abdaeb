import { ServiceBusClient } from '@azure/service-bus';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudEvent } from '#features/events/index.ts';
import { traced } from '#platform/telemetry.ts';
import { createServices, type Services } from '../src/services.ts';
import { readSettings } from '../src/settings.ts';
import { startEmulators } from './support/emulators.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
const TRACE = 'a'.repeat(32);
const exporter = new InMemorySpanExporter();
let emulators: Awaited<ReturnType<typeof startEmulators>>;
let services: Services;

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  emulators = await startEmulators();
  services = createServices(
    readSettings({ ...emulators.environment, TENANT_ID: TENANT, LOG_LEVEL: 'error' }),
  );
});
afterAll(async () => {
  await services.queues.close();
  await emulators.stop();
});

describe('a trace', () => {
  it('goes from the request over the tables and the queue to the handler', async () => {
    const key = await services.identity.createKey({ tenantId: TENANT, role: 'operator', name: 'k' });
    exporter.reset();
    const request = new Request('http://host/api/v1/resources', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        traceparent: `00-${TRACE}-${'b'.repeat(16)}-01`,
      },
      body: JSON.stringify({ name: 'traced', resource_type: 'OnPrem.Hosts/servers' }),
    });

    const response = await services.api.handle(request, () => undefined);
    const client = new ServiceBusClient(emulators.environment.ServiceBus);
    const [message] = await client.createReceiver('events').receiveMessages(1, { maxWaitTimeInMs: 5000 });
    const parent = String(message?.applicationProperties?.traceparent);
    await traced('process events', { kind: 'consumer', parent }, async () => undefined);
    await client.close();

    const spans = exporter.getFinishedSpans();
    const server = spans.find(({ name }) => name === 'POST request');
    const names = spans.filter((span) => span.spanContext().traceId === TRACE).map(({ name }) => name);
    const [event] = (message?.body ?? []) as CloudEvent[];
    expect(response.status).toBe(201);
    expect(server?.parentSpanContext?.spanId).toBe('b'.repeat(16));
    expect(new Set(names)).toEqual(
      new Set(['POST request', 'table get', 'table transaction', 'process events', 'send events']),
    );
    expect(event?.traceparent).toContain(TRACE);
    expect(event?.correlationid).toBe(TRACE);
    expect(message?.correlationId).toBe(TRACE);
  });

  it('shows what failed', async () => {
    exporter.reset();

    await traced('work', {}, () => Promise.reject(new Error('no'))).catch(() => undefined);

    expect(exporter.getFinishedSpans()[0]).toMatchObject({ name: 'work', status: { message: 'no' } });
  });
});
