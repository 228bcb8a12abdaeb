import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HostStartError } from './errors.ts';
import { errorMessage } from './log.ts';
import { textOr } from './text.ts';
import { parseTimeSpan } from './time-span.ts';

type Json = { readonly [key: string]: unknown };

export type HostJson = {
  readonly routePrefix: string;
  readonly functionTimeoutMs: number;
  /** `extensions.<name>`, empty when absent. */
  extension(name: string): Json;
};

const overridePrefix = 'AzureFunctionsJobHost__';

/**
 * host.json of `scriptRoot` with the overrides of `AzureFunctionsJobHost__path__to__key` settings.
 * https://learn.microsoft.com/azure/azure-functions/functions-host-json
 * @throws HostStartError when the file is missing or is not JSON.
 */
export async function readHostJson(
  scriptRoot: string,
  environment: Readonly<NodeJS.ProcessEnv>,
): Promise<HostJson> {
  const file = join(scriptRoot, 'host.json');
  const document = withOverrides(await parseFile(file), environment);
  const extensions = asRecord(document.extensions);
  const http = asRecord(extensions.http);
  return {
    routePrefix: textOr(http.routePrefix, 'api').replace(/^\/+|\/+$/g, ''),
    functionTimeoutMs: timeoutOf(document.functionTimeout, file),
    extension: (name) => asRecord(extensions[name]),
  };
}

async function parseFile(file: string): Promise<Json> {
  try {
    return asRecord(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new HostStartError([`${file} cannot be read: ${errorMessage(error)}`], { cause: error });
  }
}

function timeoutOf(value: unknown, file: string): number {
  if (value === undefined) return 30 * 60_000;
  if (value === '-1') return Number.POSITIVE_INFINITY;
  const parsed = typeof value === 'string' ? parseTimeSpan(value) : undefined;
  if (!parsed)
    throw new HostStartError([`${file}: functionTimeout is not a time span: ${JSON.stringify(value)}`]);
  return parsed;
}

function withOverrides(document: Json, environment: Readonly<NodeJS.ProcessEnv>): Json {
  const result = structuredClone(document) as Record<string, unknown>;
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith(overridePrefix) || value === undefined) continue;
    assignPath(result, name.slice(overridePrefix.length).split('__'), value);
  }
  return result;
}

function assignPath(target: Record<string, unknown>, path: readonly string[], value: string): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  const key = Object.keys(target).find((name) => name.toLowerCase() === head.toLowerCase()) ?? head;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const child = { ...asRecord(target[key]) };
  target[key] = child;
  assignPath(child, rest, value);
}

function asRecord(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
