import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BicepMissing, locateBicep } from '../../scripts/bicep/bicep.ts';
import { keptSnapshot, type PredictedResource, type ProfileName } from '../../scripts/infra/snapshots.ts';

export const ROOT = join(import.meta.dirname, '../..');
export const INFRA = join(ROOT, 'infra');

/** Why there is no compiler; undefined where there is one. */
export const missing = whyMissing();
export const hasBicep = missing === undefined;

function whyMissing(): string | undefined {
  try {
    locateBicep();
    return undefined;
  } catch (error) {
    if (error instanceof BicepMissing) return error.message;
    throw error;
  }
}

/** What a profile would deploy, as infra/snapshots keeps it; snapshots.test.ts proves that it is so. */
export function deployed(profile: ProfileName): PredictedResource[] {
  return keptSnapshot(profile);
}

export function ofType(resources: readonly PredictedResource[], type: string): PredictedResource[] {
  return resources.filter((resource) => resource.type === type);
}

/** The one resource of this type. */
export function only(resources: readonly PredictedResource[], type: string): PredictedResource {
  const [found, ...others] = ofType(resources, type);
  if (!found || others.length > 0)
    throw new Error(`one ${type} is expected, found ${ofType(resources, type).length}`);
  return found;
}

/** The value at a path of property names; undefined where a step is missing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const step of path) found = isRecord(found) ? found[step] : undefined;
  return found;
}

/** Every property in a document, however deep. */
export function* properties(value: unknown): Generator<readonly [name: string, value: unknown]> {
  if (Array.isArray(value)) for (const item of value) yield* properties(item);
  if (!isRecord(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    yield [name, inner];
    yield* properties(inner);
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every Bicep file, relative to infra/. */
export function bicepFiles(): string[] {
  return readdirSync(INFRA, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.bicep') || file.endsWith('.bicepparam'))
    .sort();
}

/** Name to id of every role in infra/roles.bicep. */
export function roleIds(): Map<string, string> {
  const text = readFileSync(join(INFRA, 'roles.bicep'), 'utf8');
  return new Map(
    [...text.matchAll(/^ {2}'?([\w ]+?)'?: '([0-9a-f-]{36})'$/gm)].map(([, name = '', id = '']) => [
      name,
      id,
    ]),
  );
}

/** The rows of the Markdown table that has these columns. */
export function markdownTable(file: string, columns: readonly string[]): Record<string, string>[] {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  const head = lines.findIndex((line) => cells(line).join('|') === columns.join('|'));
  if (head < 0) throw new Error(`${file} has no table ${columns.join(' | ')}`);
  const rows: Record<string, string>[] = [];
  for (const line of lines.slice(head + 2)) {
    if (!line.startsWith('|')) break;
    rows.push(Object.fromEntries(cells(line).map((cell, i) => [columns[i] ?? '', cell])));
  }
  return rows;
}

function cells(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
