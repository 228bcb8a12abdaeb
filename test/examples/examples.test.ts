import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../security/world.ts';
import { contract, differences, fieldsOf, readExamples, schemaOf, stable } from '../support/docExamples.ts';
import { checkAnswer, type Json, operationsOf } from '../support/openApiFuzz.ts';
import { asker, exactPages, steps } from './steps.ts';

/** Every route of these has an example answer in the docs. */
const ROUTES =
  /^\/api\/v1\/(resources\/\{id\}\/(metrics|costs)|costs|security|connectors|compliance\/agreement|activity|resource-health|service-health|metrics|deployments|templates|deployment-rules|remediations)(\/|$)/;
const document = contract();
const examples = readExamples();
const answers = new Map<string, Json>();
let world: World;

beforeAll(async () => {
  world = await startWorld({ environment: { COST_HISTORY_MONTHS: '3' } });
  for (const step of steps) await step(world, asker(world, answers));
}, 120_000);
afterAll(() => world.stop());

describe('the example answers of the docs', () => {
  it('are of every route of these features', () => {
    const names = new Set(examples.map(({ name }) => name));
    const routes = operationsOf(document)
      .filter(({ path }) => ROUTES.test(path))
      .map(({ method, path }) => `${method} ${path}`);

    expect(routes.length).toBeGreaterThan(25);
    expect(routes.filter((route) => !names.has(route))).toEqual([]);
  });

  it.each(examples)('$page: $name is as the contract has it', ({ name, answer }) => {
    const schema = schemaOf(document, name);

    expect(Object.keys(schema)).not.toEqual([]);
    expect(checkAnswer(document, schema, answer)).toBeUndefined();
  });

  it.each(examples)('$page: $name is what the product answers', ({ page, name, answer }) => {
    const real = answers.get(name);
    const schema = schemaOf(document, name);
    if (!real) throw new Error(`no step of test/examples/steps.ts asks ${name}`);
    const [shown, found] = [answer, real].map((each) => fieldsOf(document, schema, each));

    expect(shown?.size).toBeGreaterThan(0);
    expect(differences(shown ?? new Map(), found ?? new Map())).toEqual([]);
    if (exactPages.has(page)) expect(stable(answer)).toEqual(stable(real));
  });
});
