import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { CorruptData } from '../state/dataDirectory.ts';
import type { Estate } from '../state/estate.ts';
import { builtInDefinitions, builtInInitiatives } from './builtIns.ts';
import type { PolicyKind, PolicyObject } from './model.ts';
import { seededObjects } from './seed.ts';

export type PoliciesOptions = {
  readonly estate: Estate;
  /** Keeps what is changed; without it changes live as long as the process. */
  readonly file: string | undefined;
  /** Definitions, one JSON a line (`{id, name, properties}`), served as built in instead of the simulator's own. */
  readonly catalogueFile?: string | undefined;
};

/** Azure Policy's objects of the tenant, by lower-case id. */
export class Policies {
  readonly #objects = new Map<string, PolicyObject>();
  readonly #file: string | undefined;
  /** What differs from the seed; null: deleted. */
  readonly #changed = new Map<string, PolicyObject | null>();

  constructor({ estate, file, catalogueFile }: PoliciesOptions) {
    this.#file = file;
    const definitions = catalogueFile === undefined ? builtInDefinitions() : readCatalogue(catalogueFile);
    const objects = [...definitions, ...builtInInitiatives(), ...seededObjects(estate)];
    for (const each of objects) this.#objects.set(each.id.toLowerCase(), each);
    if (file === undefined || !existsSync(file)) return;
    const kept = JSON.parse(readFileSync(file, 'utf8')) as [string, PolicyObject | null][];
    for (const [id, object] of kept) this.#apply(id, object);
  }

  get(id: string): PolicyObject | undefined {
    return this.#objects.get(id.toLowerCase());
  }

  /** All of a kind, in the order of their ids. */
  list(kind: PolicyKind): PolicyObject[] {
    const type = `microsoft.authorization/${kind}`.toLowerCase();
    const found = [...this.#objects].filter(([, { type: each }]) => each.toLowerCase() === type);
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** Creates or replaces. */
  put(object: PolicyObject): void {
    this.#change(object.id.toLowerCase(), object);
  }

  /** Returns what was deleted. */
  delete(id: string): PolicyObject | undefined {
    const existing = this.get(id);
    if (existing) this.#change(id.toLowerCase(), null);
    return existing;
  }

  /** Assignments of a definition or set definition. */
  assignmentsOf(id: string): PolicyObject[] {
    return this.list('policyAssignments').filter(
      ({ properties: { policyDefinitionId } }) =>
        typeof policyDefinitionId === 'string' && policyDefinitionId.toLowerCase() === id.toLowerCase(),
    );
  }

  #change(id: string, object: PolicyObject | null): void {
    this.#apply(id, object);
    if (this.#file !== undefined) writeFileSync(this.#file, JSON.stringify([...this.#changed]));
  }

  #apply(id: string, object: PolicyObject | null): void {
    this.#changed.set(id, object);
    if (object) this.#objects.set(id, object);
    else this.#objects.delete(id);
  }
}

/** Reads a catalogue file, gzipped or not. @throws CorruptData with a line for the user */
function readCatalogue(path: string): PolicyObject[] {
  return readText(path)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      const { id, name, properties } = parse(line, `${path} line ${index + 1}`) as PolicyObject;
      if (typeof id !== 'string' || typeof properties !== 'object')
        throw new CorruptData(`${path} line ${index + 1}: needs id and properties`);
      return { id, name, type: 'Microsoft.Authorization/policyDefinitions', properties };
    });
}

/** The text of a file, unpacked where it ends with `.gz`. @throws CorruptData where it cannot be read */
export function readText(path: string): string {
  if (!existsSync(path)) throw new CorruptData(`${path}: there is no such file`);
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CorruptData(`${where} is not JSON`, { cause });
  }
}
