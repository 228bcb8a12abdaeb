import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Faults } from './faults/faults.ts';
import type { AzureOptions } from './index.ts';

/** A wrong flag; the message is one line for the user. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const Flags = z.object({
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  'data-dir': z.string().optional(),
  'estate-size': z.coerce.number().int().min(1).max(1_000_000).default(2000),
  seed: z.coerce.number().int().default(1),
  drift: z.coerce.number().min(0).max(1000).default(0.5),
  estate: z.string().optional(),
  'policy-catalogue': z.string().optional(),
  aliases: z.string().optional(),
  'event-grid-endpoint': z.url().optional(),
  'event-schema': z.enum(['EventGridSchema', 'CloudEventSchemaV1_0']).optional(),
  'security-export': z.string().optional(),
  'security-export-hub': z.string().default('defender'),
  'retry-scale': z.coerce.number().min(0).optional(),
  faults: z.preprocess(parseJson, Faults).optional(),
});

/** Reads the simulator's flags. Throws `UsageError`, which names each wrong flag. */
export function readFlags(args: readonly string[]): AzureOptions {
  const options = Object.fromEntries(
    Object.keys(Flags.shape).map((name) => [name, { type: 'string' } as const]),
  );
  const parsed = Flags.safeParse(values(args, options));
  if (!parsed.success) {
    throw new UsageError(
      parsed.error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`).join('; '),
    );
  }
  const flags = parsed.data;
  return {
    port: flags.port,
    dataDir: flags['data-dir'],
    estateSize: flags['estate-size'],
    seed: flags.seed,
    drift: flags.drift,
    estateFile: flags.estate,
    policyCatalogueFile: flags['policy-catalogue'],
    aliasesFile: flags.aliases,
    eventGridEndpoint: flags['event-grid-endpoint'],
    eventSchema: flags['event-schema'],
    securityExport: targetOf(flags['security-export'], flags['security-export-hub']),
    retryScale: flags['retry-scale'],
    faults: flags.faults,
  };
}

function targetOf(connectionString: string | undefined, hub: string): AzureOptions['securityExport'] {
  return connectionString === undefined ? undefined : { connectionString, hub };
}

function values(args: readonly string[], options: Record<string, { type: 'string' }>): unknown {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
