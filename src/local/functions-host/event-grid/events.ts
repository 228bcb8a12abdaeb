export type GridEvent = Readonly<Record<string, unknown>>;

export type ParsedDelivery =
  | { readonly ok: true; readonly events: readonly GridEvent[] }
  | { readonly ok: false; readonly reason: string };

/**
 * The events of a delivery: an array or one object, in the Event Grid schema or as CloudEvents 1.0 (structured, one
 * or batched). An event without its required members makes the whole delivery malformed.
 * https://learn.microsoft.com/azure/event-grid/event-schema
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function parseDelivery(text: string): ParsedDelivery {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'the body is not JSON' };
  }
  const events: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!events.every(isObject))
    return { ok: false, reason: 'the body is neither an event nor an array of events' };
  const wrong = events.flatMap((event, index) => missingMember(event, index));
  return wrong[0] === undefined ? { ok: true, events } : { ok: false, reason: wrong[0] };
}

/** The code that a validation handshake asks to have back, or undefined. */
export function validationCode(events: readonly GridEvent[]): string | undefined {
  const data = events[0]?.data;
  const code = isObject(data) ? data.validationCode : undefined;
  return typeof code === 'string' ? code : undefined;
}

function missingMember(event: GridEvent, index: number): string[] {
  const required =
    'specversion' in event ? ['id', 'source', 'type', 'specversion'] : ['id', 'eventType', 'subject'];
  return required
    .filter((name) => typeof event[name] !== 'string')
    .map((name) => `event ${index} has no ${name}`);
}

function isObject(value: unknown): value is GridEvent {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
