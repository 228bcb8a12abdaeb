import { expect, test } from 'vitest';
import { createLogger } from './log.ts';

test('writes one JSON line an entry at or above the minimum', () => {
  const lines: string[] = [];
  const logger = createLogger('warning', (line) => lines.push(line));

  logger({ level: 'information', category: 'c', message: 'quiet' });
  logger({ level: 'error', category: 'c', message: 'a\nb', functionName: 'f', error: new Error('why') });

  expect(lines).toHaveLength(1);
  expect(lines[0]?.match(/\n/g)).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'error',
    time: expect.stringMatching(/^\d{4}-/),
    message: 'a\nb',
    functionName: 'f',
    error: expect.stringContaining('why'),
  });
});
