import { expect, test } from 'vitest';
import { parseDelivery, validationCode } from './events.ts';

const gridEvent = { id: '1', eventType: 'A', subject: 's', eventTime: 't', data: {} };
const cloudEvent = { specversion: '1.0', id: '1', source: '/s', type: 'A' };

test.each([
  ['an array in the Event Grid schema', [gridEvent, gridEvent], 2],
  ['one CloudEvent', cloudEvent, 1],
  ['a batch of CloudEvents', [cloudEvent, cloudEvent, cloudEvent], 3],
  ['an empty array', [], 0],
])('%s', (_, body, count) => {
  const delivery = parseDelivery(JSON.stringify(body));

  expect(delivery.ok && delivery.events.length).toBe(count);
});

test.each([
  ['{', 'the body is not JSON'],
  ['7', 'the body is neither an event nor an array of events'],
  ['[null]', 'the body is neither an event nor an array of events'],
  [JSON.stringify([gridEvent, { ...gridEvent, subject: undefined }]), 'event 1 has no subject'],
  [JSON.stringify({ ...cloudEvent, source: 7 }), 'event 0 has no source'],
])('%s is malformed', (text, reason) => {
  expect(parseDelivery(text)).toEqual({ ok: false, reason });
});

test('the validation code is found', () => {
  expect(validationCode([{ ...gridEvent, data: { validationCode: 'abc' } }])).toBe('abc');
  expect(validationCode([gridEvent])).toBeUndefined();
});
