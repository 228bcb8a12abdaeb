import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { explainDisagreement } from '../../../scripts/policy/cases/decisions.ts';
import { findCases } from '../../../scripts/policy/cases/suite.ts';
import { aliasesFromMap, compileDefinition } from './index.ts';
import { azureSemantics, regorusSemantics } from './semantics.ts';

const shared = '../shared/policy';
const absent = !existsSync(`${shared}/cases`);
const unless = absent ? ` (skipped: ${shared} is not here)` : '';

describe.skipIf(absent)(`the labelled cases${unless}`, () => {
  test('all pass under the semantics they assume', () => {
    const cases = findCases(`${shared}/cases`);

    const failed = cases.filter((each) => each.run(regorusSemantics).verdict !== 'passed');

    expect(cases.length).toBeGreaterThan(1300);
    expect(failed.map((each) => each.label)).toEqual([]);
  });

  test("disagree with Azure's semantics only by our decisions", () => {
    const cases = findCases(`${shared}/cases`);

    const failed = cases.filter((each) => each.run(azureSemantics).verdict !== 'passed');

    expect(failed.filter((each) => explainDisagreement(each) === null).map((each) => each.label)).toEqual([]);
  });
});

describe.skipIf(absent)(`the built-in definitions${unless}`, () => {
  function definitions(): unknown[] {
    const text = gunzipSync(readFileSync(`${shared}/built-in-definitions.jsonl.gz`)).toString('utf8');
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  test('all compile against the alias table', () => {
    const aliases = aliasesFromMap(
      JSON.parse(gunzipSync(readFileSync(`${shared}/aliases.json.gz`)).toString('utf8')),
    );

    const problems = definitions().flatMap((source) => compileDefinition(source, { aliases }).problems);

    expect(problems).toEqual([]);
  });

  test('compile without an alias table too, to policies that ask for one', () => {
    const failed = definitions().filter((source) => !compileDefinition(source).ok);

    expect(failed).toEqual([]);
  });
});
