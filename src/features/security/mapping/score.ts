import type * as z from 'zod';
import type { ScoreControl, SecureScore } from '../azure.ts';

export type ScoreRecord = {
  readonly kind: 'score';
  readonly name: string;
  readonly displayName: string;
  readonly max: number;
  readonly current: number;
  /** 0 to 100. */
  readonly percentage: number;
  readonly weight: number;
};
export type ScoreControlRecord = Omit<ScoreRecord, 'kind'> & {
  readonly kind: 'control';
  readonly healthy: number;
  readonly unhealthy: number;
  readonly notApplicable: number;
  readonly assessments: readonly string[];
};

export function toScore({ name, properties }: z.infer<typeof SecureScore>): ScoreRecord {
  return { kind: 'score', name: name ?? 'ascScore', ...numbersOf(properties, name) };
}

export function toScoreControl({ name, properties }: ScoreControl): ScoreControlRecord {
  const definition = properties.definition.properties;
  return {
    kind: 'control',
    name,
    ...numbersOf({ ...properties, displayName: properties.displayName ?? definition.displayName }, name),
    healthy: properties.healthyResourceCount ?? 0,
    unhealthy: properties.unhealthyResourceCount ?? 0,
    notApplicable: properties.notApplicableResourceCount ?? 0,
    assessments: definition.assessmentDefinitions.map(({ id }) => (id.split('/').at(-1) ?? id).toLowerCase()),
  };
}

/** Azure gives the percentage as a fraction (secureScores 2020-01-01: "between 0 and 1, rounded to 4 digits"). */
function numbersOf(
  {
    displayName,
    score,
    weight,
  }: Pick<z.infer<typeof SecureScore>['properties'], 'displayName' | 'score' | 'weight'>,
  name: string | undefined,
) {
  const max = score.max ?? 0;
  const current = score.current ?? 0;
  const fraction = score.percentage ?? (max > 0 ? current / max : 0);
  return {
    displayName: displayName ?? name ?? '',
    max,
    current,
    percentage: Math.round(fraction * 10_000) / 100,
    weight: weight ?? 0,
  };
}
