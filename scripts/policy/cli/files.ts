import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  type AliasTable,
  aliasesFromMap,
  aliasesFromProviders,
  isProviderDocument,
} from '../../../src/features/policy/index.ts';

/** Something the caller did wrong; shown as one line, exit code 2. */
export class UsageError extends Error {}

/** Reads a text file, unpacked where its content is gzip, without a byte order mark. @throws UsageError */
export function readText(path: string): string {
  try {
    const bytes = readFileSync(path);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return new TextDecoder().decode(isPacked ? gunzipSync(bytes) : bytes);
  } catch (cause) {
    throw new UsageError(`cannot read ${path}: ${reason(cause)}`, { cause });
  }
}

/** Reads a JSON file. @throws UsageError */
export function readJson(path: string): unknown {
  return parseJson(readText(path), path);
}

/** @throws UsageError naming where the text came from */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${where} is not JSON: ${reason(cause)}`, { cause });
  }
}

/** Reads an alias table: ARM's providers, or a map of alias to path. @throws UsageError */
export function readAliases(path: string): AliasTable {
  const document = readJson(path);
  try {
    return isProviderDocument(document) ? aliasesFromProviders(document) : aliasesFromMap(document);
  } catch (cause) {
    throw new UsageError(`${path} is no alias table: ${reason(cause)}`, { cause });
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
