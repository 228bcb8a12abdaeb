import { describe, expect, test } from 'vitest';
import { compileDefinition, evaluate, type Outcome } from '#features/policy/index.ts';
import { type StarterDefinition, starterAliases, starterDefinitions } from '#features/starter-pack/index.ts';
import { Estate } from '#local/azure/state/estate.ts';
import { generatedBase } from '#local/azure/state/generatedBase.ts';

const estate = new Estate(generatedBase(1, 2000));
const resources = estate.subscriptions.flatMap(({ id }) =>
  estate.groupKeys(id).flatMap((key) => estate.rows(id, key).map(({ resource }) => resource)),
);

function statesOf(definition: StarterDefinition): Map<Outcome['state'], number> {
  const result = compileDefinition(definition, { aliases: starterAliases() });
  if (!result.ok) throw new Error(`${definition.name} does not compile`);
  const states = resources.map((resource) => evaluate(result.policy, { resource }).state);
  return new Map([...Map.groupBy(states, (state) => state)].map(([state, all]) => [state, all.length]));
}

describe('the starter pack over the estate of local mode', () => {
  const judged = starterDefinitions.map(
    (definition) => [definition.name, statesOf(definition), definition.severity] as const,
  );

  test('judges every resource: nothing fails or lacks data', () => {
    const unjudged = judged.filter(([, states]) => states.has('error') || states.has('needsData'));

    expect(resources).toHaveLength(2000);
    expect(unjudged.map(([name]) => name)).toEqual([]);
  });

  test('finds resources that comply and resources that do not, for nearly every definition', () => {
    const both = judged.filter(([, states]) => states.has('compliant') && states.has('nonCompliant'));

    expect(both.length).toBeGreaterThanOrEqual(90);
  });

  test('finds a few critical things, not half of the estate', () => {
    const critical = judged
      .filter(([, , severity]) => severity === 'critical')
      .reduce((sum, [, states]) => sum + (states.get('nonCompliant') ?? 0), 0);

    expect(critical).toBeGreaterThan(10);
    expect(critical).toBeLessThan(resources.length / 10);
  });
});
