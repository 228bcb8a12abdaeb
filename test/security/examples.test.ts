import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toOpenApi } from '#http/openapi.ts';
import { type ApiDocument, checkAnswer, type Json, operationsOf } from '../support/openApiFuzz.ts';
import { startWorld, type World } from './world.ts';

/** Answers in the docs: `<!-- answer: METHOD PATH -->`, then a block of JSON. */
const EXAMPLE = /<!-- answer: (\w+) (\S+) -->\s*```json\n([\s\S]*?)```/g;

const examples = [...readFileSync('docs/security.md', 'utf8').matchAll(EXAMPLE)].map(
  ([, method = '', path = '', text = '']) => ({
    name: `${method} ${path}`,
    method,
    path,
    answer: JSON.parse(text) as Json,
  }),
);

let world: World;
let document: ApiDocument;
beforeAll(async () => {
  world = await startWorld();
  document = toOpenApi(world.services.api.routes, { version: '1' }) as unknown as ApiDocument;
}, 60_000);
afterAll(() => world.stop());

function schemaOf(method: string, path: string): Json {
  const operation = operationsOf(document).find((one) => one.method === method && one.path === path);
  const [, response] =
    Object.entries(operation?.responses ?? {}).find(([status]) => status.startsWith('2')) ?? [];
  return response?.content?.['application/json']?.schema ?? {};
}

/** Names of all fields that a schema requires, with those of the first level of lists. */
function requiredOf(schema: Json): string[] {
  const ref = typeof schema.$ref === 'string' ? schema.$ref.replace('#/components/schemas/', '') : undefined;
  const whole = ref ? (document.components.schemas[ref] as Json) : schema;
  return [...((whole.required ?? []) as string[])].sort();
}

describe('the example answers of docs/security.md', () => {
  it('are of every route of the sources, of security and of what is built on them', () => {
    const routes = operationsOf(document)
      .filter(({ path }) => /^\/api\/v1\/(security\/|connectors|compliance\/agreement)/.test(path))
      .map(({ method, path }) => `${method} ${path}`);

    expect(examples.map(({ name }) => name)).toEqual(expect.arrayContaining(routes));
  });

  it.each(examples)('$name is as the contract has it', ({ method, path, answer }) => {
    const schema = schemaOf(method, path);

    expect(Object.keys(schema)).not.toEqual([]);
    expect(checkAnswer(document, schema, answer)).toBeUndefined();
    expect(Object.keys(answer)).toEqual(expect.arrayContaining(requiredOf(schema)));
  });
});
