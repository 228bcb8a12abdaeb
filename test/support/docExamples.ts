import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toOpenApi } from '#http/openapi.ts';
import { createServices } from '../../src/services.ts';
import { describeSettings, readSettings } from '../../src/settings.ts';
import { type ApiDocument, checkAnswer, type Json, operationsOf } from './openApiFuzz.ts';

/** Answers in the docs: `<!-- answer: METHOD PATH -->`, then a block of JSON. */
const EXAMPLE = /<!-- answer: (\w+) (\S+) -->\s*```json\n([\s\S]*?)```/g;

/** Holds the example answers of a page against the contract; every route that `routes` matches must have one. */
export function describeExamples(page: string, routes: RegExp): void {
  const examples = [...readFileSync(page, 'utf8').matchAll(EXAMPLE)].map(
    ([, method = '', path = '', text = '']) => ({
      name: `${method} ${path}`,
      method,
      path,
      answer: JSON.parse(text) as Json,
    }),
  );
  const document = contract();

  describe(`the example answers of ${page}`, () => {
    it('are of every route that the page is about', () => {
      const expected = operationsOf(document)
        .filter(({ path }) => routes.test(path))
        .map(({ method, path }) => `${method} ${path}`);

      expect(expected).not.toEqual([]);
      expect(examples.map(({ name }) => name)).toEqual(expect.arrayContaining(expected));
    });

    it.each(examples)('$name is as the contract has it', ({ method, path, answer }) => {
      const schema = schemaOf(document, `${method} ${path}`);

      expect(Object.keys(schema)).not.toEqual([]);
      expect(checkAnswer(document, schema, answer)).toBeUndefined();
      expect(Object.keys(answer)).toEqual(expect.arrayContaining(requiredOf(document, schema)));
    });
  });
}

/** The contract of the product as it is wired; nothing has to answer behind it. */
function contract(): ApiDocument {
  const samples = describeSettings().map(({ name, sample }) => [name, sample] as const);
  const { api } = createServices(readSettings(Object.fromEntries(samples)));
  return toOpenApi(api.routes, { version: '1' }) as unknown as ApiDocument;
}

function schemaOf(document: ApiDocument, name: string): Json {
  const operation = operationsOf(document).find(({ method, path }) => `${method} ${path}` === name);
  const [, response] =
    Object.entries(operation?.responses ?? {}).find(([status]) => status.startsWith('2')) ?? [];
  return response?.content?.['application/json']?.schema ?? {};
}

/** Names of all fields that a schema requires at its top. */
function requiredOf(document: ApiDocument, schema: Json): string[] {
  const ref = typeof schema.$ref === 'string' ? schema.$ref.replace('#/components/schemas/', '') : undefined;
  const whole = ref ? (document.components.schemas[ref] as Json) : schema;
  return [...((whole.required ?? []) as string[])].sort();
}
