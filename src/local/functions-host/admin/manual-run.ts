import type { InvocationRequest, TypedData } from '../core/types.ts';
import type { GridEvent } from '../event-grid/events.ts';
import { toRequests } from '../event-grid/webhook.ts';
import { type HostFunction, isTriggeredBy } from '../functions.ts';
import type { ScheduleStatus } from '../timers/past-due.ts';
import type { Schedule } from '../timers/schedule.ts';
import { timerRequest } from '../timers/timer-info.ts';

/** What a function gets when it is run by hand with `input`: a timer its timer object, others the input itself. */
export function manualRequests(
  target: HostFunction,
  input: unknown,
  timer?: { readonly schedule: Schedule; readonly status: ScheduleStatus | undefined },
): readonly InvocationRequest[] {
  if (timer) return [timerRequest(target.trigger.name, timer.schedule, { ...timer, isPastDue: false })];
  const value = parseText(input);
  if (!isTriggeredBy(target, 'eventgridtrigger')) return [plainRequest(target, value)];
  const events: readonly unknown[] = Array.isArray(value) ? value : [value];
  return toRequests(target, events.filter(isEvent));
}

function isEvent(value: unknown): value is GridEvent {
  return typeof value === 'object' && value !== null;
}

function plainRequest(target: HostFunction, value: unknown): InvocationRequest {
  return { inputData: [{ name: target.trigger.name, data: toData(target, value) }], triggerMetadata: {} };
}

function toData(target: HostFunction, value: unknown): TypedData {
  if (target.trigger.cardinality !== 'many') return { string: toText(value) };
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return { collectionString: { string: items.map(toText) } };
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

// Core Tools and the portal send the input as a string of JSON.
function parseText(input: unknown): unknown {
  if (typeof input !== 'string') return input;
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return input;
  }
}
