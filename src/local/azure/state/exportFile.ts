import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { CorruptData } from './dataDirectory.ts';
import { ExportedRow } from './exportedRow.ts';

/** The largest text that one string can hold, about. */
const maxWhole = 500 * 1024 * 1024;

/**
 * Reads the rows of an exported estate: `{"data": […]}` as `az graph query` writes it, a bare array, or one row a line.
 * Throws `CorruptData`, whose message is one line that names the file, the row and the field.
 */
export async function readExport(path: string): Promise<readonly ExportedRow[]> {
  const size = sizeOf(path);
  if (size > maxWhole) return readLines(path);
  // Windows tools put a byte order mark first
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  const whole = parseJson(text);
  if (whole === undefined) return readLines(path);
  const list = Array.isArray(whole) ? whole : dataOf(whole);
  if (list === undefined)
    throw new CorruptData(`${path}: neither an array of resources nor an object with "data"`);
  return list.map((row, index) => check(row, `${path}: row ${index + 1}`));
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (cause) {
    throw new CorruptData(`${path}: there is no such file`, { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A lone row is one line of JSON lines. */
function dataOf(whole: unknown): readonly unknown[] | undefined {
  if (whole === null || typeof whole !== 'object') return undefined;
  if ('data' in whole && Array.isArray(whole.data)) return whole.data;
  return 'id' in whole ? [whole] : undefined;
}

async function readLines(path: string): Promise<readonly ExportedRow[]> {
  const rows: ExportedRow[] = [];
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number++;
    if (line.trim() === '') continue;
    const value = parseJson(line);
    if (value === undefined) throw new CorruptData(`${path}: not JSON (line ${number})`);
    rows.push(check(value, `${path}: line ${number}`));
  }
  return rows;
}

function check(value: unknown, place: string): ExportedRow {
  const parsed: z.ZodSafeParseResult<ExportedRow> = ExportedRow.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CorruptData(`${place}: ${issue?.path.join('.') || 'row'}: ${issue?.message}`);
}
