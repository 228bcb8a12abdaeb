import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CloudEvent,
  eventId,
  outboxWrites,
  publishOutbox,
  sweepOutbox,
} from '#features/events/index.ts';
import { jobsTable } from '#features/jobs/index.ts';
import type { Partition } from '#platform/tables.ts';
import { startEmulators } from './support/emulators.ts';

const TENANT = '11111111-1111-4111-8111-111111111111';
let emulators: Awaited<ReturnType<typeof startEmulators>>;

beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());

function partition(name: string): Partition {
  return emulators.tables.open(jobsTable).forTenant(TENANT, name);
}

function events(name: string, count: number, data: unknown = {}): CloudEvent[] {
  return Array.from({ length: count }, (_, place) => ({
    specversion: '1.0',
    id: `${name}-${eventId(name, place)}`,
    source: '/test',
    type: 'Test',
    subject: String(place),
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    tenantid: TENANT,
    data,
  }));
}

describe('the outbox', () => {
  it('publishes what a transaction held and keeps no row', async () => {
    const rows = partition('whole');
    const sent = events('whole', 300, { text: 'é'.repeat(200) });
    const writes = outboxWrites(sent);
    await rows.transaction([{ kind: 'insert', rowKey: 'state', row: {} }, ...writes]);

    await publishOutbox(rows, writes, { queues: emulators.queues, tenantId: TENANT });

    expect(writes.length).toBeLessThan(10);
    expect(await emulators.eventsOf('whole-')).toEqual(sent);
    expect((await rows.list()).map(({ rowKey }) => rowKey)).toEqual(['state']);
  });

  it('sweeps what a process left behind, once however many sweep', async () => {
    const rows = partition('left');
    await rows.transaction(outboxWrites(events('left', 3)));
    const ports = { queues: emulators.queues, tenantId: TENANT };

    const early = await sweepOutbox(rows, new Date('2026-01-01T00:00:00.000Z'), ports);
    await Promise.all([1, 2].map(() => sweepOutbox(rows, new Date('2026-01-01T00:01:00.000Z'), ports)));

    expect(early).toBe(0);
    expect((await emulators.eventsOf('left-')).map(({ subject }) => subject)).toEqual(['0', '1', '2']);
    expect(await rows.list()).toEqual([]);
  });

  it('names the events of one happening alike each time', () => {
    expect(eventId('a', 1)).toBe(eventId('a', 1));
    expect(new Set([eventId('a', 0), eventId('a', 1), eventId('b', 0)]).size).toBe(3);
    expect(eventId('a')).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });
});
