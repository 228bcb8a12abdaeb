import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  type CompiledPolicy,
  compileDefinition,
  compileInitiative,
  evaluate,
} from '#features/policy/index.ts';
import { aliasPaths } from './aliasPaths.ts';
import {
  frameworkNames,
  type StarterDefinition,
  starterAliases,
  starterDefinitionId,
  starterDefinitions,
  starterInitiative,
} from './index.ts';

const shared = '../shared/policy';
const absent = !existsSync(shared);
const unless = absent ? ` (skipped: ${shared} is not here)` : '';

function compiled(definition: StarterDefinition): CompiledPolicy {
  const result = compileDefinition(definition, { aliases: starterAliases() });
  if (result.ok && result.problems.length === 0) return result.policy;
  throw new Error(result.problems.map(({ path, reason }) => `${path}: ${reason}`).join('\n'));
}

describe.each(starterDefinitions.map((definition) => [definition.name, definition] as const))(
  '%s',
  (_name, definition) => {
    test('compiles and judges its examples as it says', () => {
      const policy = compiled(definition);
      const { passing, failing } = definition.examples;
      const context = { utcNow: '2026-01-01T00:00:00Z', resourceGroup: { managedBy: '' } };
      const judge = (resource: unknown) => evaluate(policy, { resource, context, related: () => [] }).state;

      const states = { passing: passing.map(judge), failing: failing.map(judge) };

      expect(states.passing).toContain('compliant');
      expect(states.passing.filter((state) => state !== 'compliant' && state !== 'notApplicable')).toEqual(
        [],
      );
      expect(new Set(states.failing)).toEqual(new Set(['nonCompliant']));
    });

    test('says what to do, in all four ways', () => {
      const { text, az, bicep, terraform } = definition.remediation;

      expect(text).toMatch(/^[A-Z].{20,}\.$/s);
      expect(az).toMatch(/^az /);
      expect(bicep).not.toBe('');
      expect(terraform).toMatch(/^(resource|provider|variable|locals|data|#)/);
    });
  },
);

describe('the pack', () => {
  test('names each definition once, in kebab-case', () => {
    const names = starterDefinitions.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)+$/.test(name))).toEqual([]);
  });

  test('cites control ids in the form of each standard', () => {
    const forms = {
      cisAzure: /^\d{1,2}\.\d{1,2}(\.\d{1,2})?$/,
      nist80053: /^[A-Z]{2}-\d{1,2}(\(\d{1,2}\))?$/,
      iso27001: /^A\.[5-8]\.\d{1,2}$/,
      pciDss: /^\d{1,2}\.\d{1,2}\.\d{1,2}(\.\d{1,2})?$/,
      mcsb: /^(NS|IM|PA|DP|AM|LT|IR|PV|ES|BR|DS|GS)-\d{1,2}$/,
    };

    const wrong = starterDefinitions.flatMap(({ name, frameworks }) =>
      frameworkNames.flatMap((framework) =>
        (frameworks[framework] ?? [])
          .filter((control) => !forms[framework].test(control))
          .map((control) => `${name}: ${framework} ${control}`),
      ),
    );

    expect(wrong).toEqual([]);
  });

  test('is one initiative, grouped by controls', () => {
    const byId = new Map(starterDefinitions.map((each) => [starterDefinitionId(each.name), each]));

    const result = compileInitiative(starterInitiative, {
      definitionOf: (id) => byId.get(id),
      aliases: starterAliases(),
    });

    expect(result.problems).toEqual([]);
    expect(result.ok && result.initiative.members.map((member) => member.referenceId)).toEqual(
      starterDefinitions.map(({ name }) => name),
    );
  });

  test.skipIf(absent)(`knows the paths that ARM gives its aliases${unless}`, () => {
    const table: Record<string, unknown> = JSON.parse(
      gunzipSync(readFileSync(`${shared}/aliases.json.gz`)).toString('utf8'),
    );
    const byName = new Map(Object.entries(table).map(([name, path]) => [name.toLowerCase(), path]));

    const arm = Object.keys(aliasPaths).map((name) => [name, byName.get(name.toLowerCase())]);

    expect(aliasPaths).toEqual(Object.fromEntries(arm));
  });
});
