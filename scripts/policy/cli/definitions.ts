import { readText, UsageError } from './files.ts';

/** One definition of a file: JSON, or the text of a line (in which only the compiler can tell what is wrong). */
export interface DefinitionSource {
  readonly source: unknown;
  /** Its name, or where it stands. */
  readonly name: string;
}

/**
 * Reads a file of definitions: one JSON a line, a JSON array, ARM's `{value: […]}`, or a single definition.
 * @throws UsageError when the file cannot be read or holds none
 */
export function readDefinitions(file: string): DefinitionSource[] {
  const text = readText(file);
  const whole = parsed(text);
  const list = whole === undefined ? undefined : listed(whole);
  const definitions =
    list?.map((source, i) => ({ source, name: nameOf(source) ?? `definition ${i + 1}` })) ?? linesOf(text);
  if (definitions.length === 0) throw new UsageError(`${file} holds no definitions`);
  return definitions;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listed(document: unknown): readonly unknown[] {
  if (Array.isArray(document)) return document;
  if (isRecord(document) && Array.isArray(document.value)) return document.value;
  return [document];
}

function linesOf(text: string): DefinitionSource[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === '') return [];
    return [{ source: line, name: nameOf(parsed(line)) ?? `line ${i + 1}` }];
  });
}

/** The name of a definition, else the end of its id, else what it is called. */
function nameOf(source: unknown): string | undefined {
  if (!isRecord(source)) return undefined;
  const properties = isRecord(source.properties) ? source.properties : source;
  const names = [source.name, lastSegment(source.id), properties.displayName];
  return names.find((name) => typeof name === 'string' && name !== '') as string | undefined;
}

function lastSegment(id: unknown): string | undefined {
  return typeof id === 'string' ? id.slice(id.lastIndexOf('/') + 1) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
