import { readdirSync, readFileSync } from 'node:fs';
import { toOpenApi } from '#http/openapi.ts';
import { createServices } from '../../src/services.ts';
import { describeSettings, readSettings } from '../../src/settings.ts';
import { type ApiDocument, type Json, operationsOf } from './openApiFuzz.ts';

/** Answers in the docs: `<!-- answer: METHOD PATH -->`, then a block of JSON. */
const EXAMPLE = /<!-- answer: (\w+ \S+) -->\s*```json\n([\s\S]*?)```/g;

/** An example answer of a page; `name` is the method and the path of its route, as in `GET /api/v1/keys/{id}`. */
export type Example = { readonly page: string; readonly name: string; readonly answer: Json };

/** Every example answer of the docs. */
export function readExamples(): Example[] {
  return readdirSync('docs')
    .filter((file) => file.endsWith('.md'))
    .flatMap((page) =>
      [...readFileSync(`docs/${page}`, 'utf8').matchAll(EXAMPLE)].map(([, name = '', text = '']) => ({
        page,
        name,
        answer: JSON.parse(text) as Json,
      })),
    );
}

/** The contract of the product as it is wired; nothing has to answer behind it. */
export function contract(): ApiDocument {
  const samples = describeSettings().map(({ name, sample }) => [name, sample] as const);
  const { api } = createServices(readSettings(Object.fromEntries(samples)));
  return toOpenApi(api.routes, { version: '1' }) as unknown as ApiDocument;
}

/** The schema of what a route answers when all is well; empty where it answers no JSON. */
export function schemaOf(document: ApiDocument, name: string): Json {
  const operation = operationsOf(document).find(({ method, path }) => `${method} ${path}` === name);
  const [, response] =
    Object.entries(operation?.responses ?? {}).find(([status]) => status.startsWith('2')) ?? [];
  return response?.content?.['application/json']?.schema ?? {};
}

/** Names of the fields of every object in an answer, by where it stands, as in `data[].gaps[]`; those of maps are data. */
export type Fields = ReadonlyMap<string, ReadonlySet<string>>;

export function fieldsOf(document: ApiDocument, schema: Json, answer: unknown): Fields {
  const fields = new Map<string, Set<string>>();
  visit(answer, schema, '');
  return fields;

  function visit(value: unknown, of: Json, place: string): void {
    const known = choose(of, value);
    if (Array.isArray(value)) {
      for (const item of value) visit(item, (known.items ?? {}) as Json, `${place}[]`);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const properties = known.properties as Readonly<Record<string, Json>> | undefined;
    if (properties) fields.set(place, new Set([...(fields.get(place) ?? []), ...Object.keys(value)]));
    for (const [name, part] of Object.entries(value)) {
      const next = properties?.[name] ?? (known.additionalProperties as Json | undefined) ?? {};
      visit(part, next, `${place}.${properties ? name : '*'}`);
    }
  }

  function choose(of: Json, value: unknown): Json {
    if (typeof of.$ref === 'string')
      return choose(document.components.schemas[of.$ref.replace('#/components/schemas/', '')] as Json, value);
    const choices = (of.anyOf ?? of.oneOf ?? []) as Json[];
    const kind = Array.isArray(value) ? 'array' : typeof value;
    const fitting = choices.map((choice) => choose(choice, value)).find(({ type }) => type === kind);
    return fitting ?? of;
  }
}

/** Fields that one of two answers has and the other lacks, where both have the object that holds them. */
export function differences(one: Fields, other: Fields): string[] {
  return [...one].flatMap(([place, names]) => {
    const others = other.get(place);
    if (!others) return [];
    const inOne = [...new Set([...names, ...others])].filter((name) => names.has(name) !== others.has(name));
    return inOne.map((name) => `${place}.${name}`);
  });
}

/** The answer without what is another at each run: times, GUIDs, and ids made of them. */
export function stable(answer: Json): Json {
  const text = JSON.stringify(answer)
    .replace(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, 'GUID')
    .replace(/\d{13}-[\da-f]{8}|key_[\da-f]{24}/g, 'ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)/g, 'TIME');
  return JSON.parse(text) as Json;
}
