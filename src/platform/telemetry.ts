import {
  type Attributes,
  type Context,
  context,
  metrics,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { AzureCredential } from './credential.ts';
import { messageOf } from './failure.ts';

const SCOPE = 'policycortex';
const TRACEPARENT = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;
const EXPORT_MS = 60_000;

export type SpanOptions = {
  readonly kind?: 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: Attributes;
  /** W3C traceparent of what caused this, where it came from another process. */
  readonly parent?: string | undefined;
};

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** Runs `work` as a span of the trace at hand (OpenTelemetry); costs next to nothing where nothing is exported. */
export function traced<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T> {
  const spanOptions = {
    kind: options.kind ? KINDS[options.kind] : SpanKind.INTERNAL,
    ...(options.attributes && { attributes: options.attributes }),
  };
  return trace.getTracer(SCOPE).startActiveSpan(name, spanOptions, parentOf(options.parent), async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** W3C traceparent of the span at hand, to be sent along; undefined outside any. */
export function traceparent(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span || !trace.isSpanContextValid(span)) return undefined;
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

function parentOf(parent: string | undefined): Context {
  const match = TRACEPARENT.exec(parent ?? '');
  if (!match?.[1] || !match[2] || !match[3]) return context.active();
  const remote = {
    traceId: match[1],
    spanId: match[2],
    traceFlags: Number.parseInt(match[3], 16),
    isRemote: true,
  };
  return trace.setSpanContext(ROOT_CONTEXT, remote);
}

/** What is measured beside traces; each value in the unit that its name ends with. */
export const measure = {
  /** How long a message waited on its queue. */
  queueAgeSeconds: (seconds: number, queue: string) =>
    histogram('policycortex.queue.age', 's').record(seconds, { queue }),
  /** From the change in Azure to our row, by what told us. */
  eventLagSeconds: (seconds: number, source: string) =>
    histogram('policycortex.event.lag', 's').record(seconds, { source }),
  /** From the sync before to this one, of a subscription. */
  syncLagSeconds: (seconds: number) => histogram('policycortex.sync.lag', 's').record(seconds),
  throttle: () => metrics.getMeter(SCOPE).createCounter('policycortex.azure.throttles').add(1),
};

function histogram(name: string, unit: string) {
  return metrics.getMeter(SCOPE).createHistogram(name, { unit });
}

/** Sends traces and metrics to Application Insights, with the managed identity. Loaded only where it is configured. */
export async function startTelemetry(options: {
  connectionString: string;
  credential: AzureCredential;
}): Promise<void> {
  const [exporters, traces, meters, { AsyncLocalStorageContextManager }, { resourceFromAttributes }] =
    await Promise.all([
      import('@azure/monitor-opentelemetry-exporter'),
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/sdk-metrics'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/resources'),
    ]);
  const resource = resourceFromAttributes({ 'service.name': SCOPE });
  const spanProcessors = [new traces.BatchSpanProcessor(new exporters.AzureMonitorTraceExporter(options))];
  const exporter = new exporters.AzureMonitorMetricExporter(options);
  const readers = [new meters.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: EXPORT_MS })];
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new traces.BasicTracerProvider({ resource, spanProcessors }));
  metrics.setGlobalMeterProvider(new meters.MeterProvider({ resource, readers }));
}
