import type { Hub } from '../hub.ts';

const SELECTOR = /^amqp\.annotation\.x-opt-(offset|sequence-number|enqueued-time)\s*(>=?)\s*'([^']*)'$/;

/**
 * The sequence number that a receiver begins with, as its filter says ("AMQP protocol guide", Event Hubs: selector
 * filter over offset, sequence number or enqueued time); undefined for a filter that is none of these. Offsets are
 * sequence numbers here, `-1` is the beginning and `@latest` the end.
 */
export function startOf(filter: string | undefined, hub: Hub, partition: number): number | undefined {
  if (filter === undefined) return 0;
  const [, field, operator, value = ''] = SELECTOR.exec(filter) ?? [];
  const { last } = hub.state(partition);
  if (field === undefined) return undefined;
  if (value === '@latest') return last + 1;
  const number = Number(value);
  if (value === '' || !Number.isFinite(number)) return undefined;
  if (field === 'enqueued-time')
    return (
      hub.read(partition, 0, Number.MAX_SAFE_INTEGER).find(({ enqueuedAt }) => enqueuedAt > number)
        ?.sequence ?? last + 1
    );
  return operator === '>=' ? number : number + 1;
}
