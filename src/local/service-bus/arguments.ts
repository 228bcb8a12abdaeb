import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { QueueDeclaration } from '#platform/queues.ts';

const Queues = z.array(
  z.object({
    name: z.string().min(1),
    description: z.string().default(''),
    lockDurationSeconds: z.number().positive(),
    maxDeliveryCount: z.number().positive(),
    defaultMessageTimeToLiveSeconds: z.number().positive(),
    deadLetteringOnMessageExpiration: z.boolean(),
    duplicateDetectionWindowSeconds: z.number().positive().exactOptional(),
    requiresSession: z.boolean().exactOptional(),
    maxSizeInMegabytes: z.number().positive(),
  }),
);

export type Arguments = {
  readonly port: number;
  readonly dataDir: string | undefined;
  readonly queues: readonly QueueDeclaration[];
};

/** Reads `--port N --data-dir DIR --queues JSON`; throws an Error that says in one line what is wrong. */
export function parseArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '0' },
      'data-dir': { type: 'string' },
      queues: { type: 'string', default: '[]' },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--port is not a port number');
  return { port, dataDir: values['data-dir'], queues: parseQueues(values.queues) };
}

function parseQueues(json: string): QueueDeclaration[] {
  const result = Queues.safeParse(parseJson(json));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`--queues: ${issue?.path.join('.')}: ${issue?.message}`);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error('--queues is not JSON');
  }
}
