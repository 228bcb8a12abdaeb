import { expect, test } from 'vitest';
import type { NamedBinding } from '../functions.ts';
import { itemsOf } from './output.ts';
import { toMessage } from './service-bus-output.ts';
import { toEntity } from './table-output.ts';

const binding: NamedBinding = { name: 'out', type: 'table', direction: 'out', partitionKey: 'p' };

test.each([
  [{ json: '[{"a":1},{"a":2}]' }, [{ a: 1 }, { a: 2 }]],
  [{ json: '{"a":1}' }, [{ a: 1 }]],
  [{ string: '[1]' }, ['[1]']],
  [{ int: 7 }, [7]],
])('the items of %j are %j', (data, items) => {
  expect(itemsOf(data)).toEqual(items);
});

test('messages carry the content type of what they were made of', () => {
  expect(toMessage('text')).toEqual({ body: Buffer.from('text'), contentType: 'text/plain' });
  expect(toMessage({ a: 1 })).toEqual({ body: Buffer.from('{"a":1}'), contentType: 'application/json' });
  expect(toMessage(Buffer.from([1]))).toMatchObject({ contentType: 'application/octet-stream' });
});

test('an entity takes its keys in either spelling, else those of the binding', () => {
  expect(toEntity(binding, { PartitionKey: 'x', RowKey: 1, v: true })).toEqual({
    partitionKey: 'x',
    rowKey: '1',
    v: true,
  });
  expect(toEntity(binding, { rowKey: 'r' })).toEqual({ partitionKey: 'p', rowKey: 'r' });
});

test('an entity without keys is refused', () => {
  expect(() => toEntity(binding, { v: 1 })).toThrow('needs a PartitionKey and a RowKey');
  expect(() => toEntity(binding, 'text')).toThrow('takes objects');
});
