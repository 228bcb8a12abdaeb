import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { containers, queues, tables } from '../../src/declarations.ts';
import { resourceEventsQueue } from '../../src/features/discovery/index.ts';
import type { QueueDeclaration } from '../../src/platform/queues.ts';
import { formatJson } from './format.ts';
import { type RegisteredFunction, registeredFunctions } from './functions.ts';

/** What Bicep needs to know of the code: `node scripts/infra/declarations.ts` writes it, `--check` compares, `--print` shows. */

const FILE = join(import.meta.dirname, '../../infra/declarations.json');

/** ISO 8601 in the largest units that fit, as Service Bus itself writes it: 300 → PT5M, 1,209,600 → P14D. */
export function toDuration(seconds: number): string {
  if (!Number.isInteger(seconds) || seconds <= 0) throw new RangeError(`not a duration: ${seconds}`);
  const days = Math.floor(seconds / 86_400);
  const parts = [
    [Math.floor(seconds / 3600) % 24, 'H'],
    [Math.floor(seconds / 60) % 60, 'M'],
    [seconds % 60, 'S'],
  ] as const;
  const time = parts.map(([count, unit]) => (count > 0 ? `${count}${unit}` : '')).join('');
  return `P${days > 0 ? `${days}D` : ''}${time && `T${time}`}`;
}

/** The queue with the property names of Microsoft.ServiceBus/namespaces/queues. */
export function toQueueResource(queue: QueueDeclaration) {
  const window = queue.duplicateDetectionWindowSeconds;
  return {
    name: queue.name,
    lockDuration: toDuration(queue.lockDurationSeconds),
    maxDeliveryCount: queue.maxDeliveryCount,
    defaultMessageTimeToLive: toDuration(queue.defaultMessageTimeToLiveSeconds),
    deadLetteringOnMessageExpiration: queue.deadLetteringOnMessageExpiration,
    requiresDuplicateDetection: window !== undefined,
    ...(window !== undefined && { duplicateDetectionHistoryTimeWindow: toDuration(window) }),
    requiresSession: queue.requiresSession ?? false,
    maxSizeInMegabytes: queue.maxSizeInMegabytes,
  };
}

/** The content of infra/declarations.json. */
export function declarations(functions: readonly RegisteredFunction[]) {
  const eventGrid = namesOf(functions, 'eventGridTrigger');
  if (eventGrid.length !== 1)
    throw new Error(`one Event Grid function is expected, found ${eventGrid.length}`);
  return {
    tables: tables.map(({ name }) => ({ name })),
    containers: containers.map(({ name }) => ({ name })),
    queues: queues.map(toQueueResource),
    functions: {
      queues: namesOf(functions, 'serviceBusTrigger'),
      timers: namesOf(functions, 'timerTrigger'),
    },
    eventGridFunction: eventGrid[0],
    eventQueue: resourceEventsQueue.name,
  };
}

function namesOf(functions: readonly RegisteredFunction[], trigger: string): string[] {
  return functions
    .filter(({ bindings }) => Object.values(bindings).some(({ type }) => type === trigger))
    .map(({ name }) => name)
    .sort();
}

function main(mode: string | undefined, functions: readonly RegisteredFunction[]): void {
  const content = formatJson(declarations(functions));
  if (mode === '--print') {
    process.stdout.write(`${JSON.stringify({ content, functions })}\n`);
    return;
  }
  const isStale = readOrEmpty(FILE) !== content;
  if (!isStale) return;
  if (mode === '--check') {
    console.log('stale (node scripts/infra/declarations.ts): infra/declarations.json');
    process.exitCode = 1;
    return;
  }
  writeFileSync(FILE, content);
  console.log('written: infra/declarations.json');
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

if (import.meta.main) main(process.argv[2], await registeredFunctions());
