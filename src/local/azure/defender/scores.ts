import type { JsonObject } from '../estate/model.ts';
import { type ScoreControlType, scoreControls } from './catalogue.ts';
import type { Tally } from './tally.ts';

type ControlScore = {
  healthy: number;
  unhealthy: number;
  notApplicable: number;
  max: number;
  current: number;
};

/** "Secure score calculation": max score × healthy / (healthy + unhealthy), of whole resources. */
function scoreOf({ verdicts }: Tally, { assessments, maxScore }: ScoreControlType): ControlScore {
  const counts = { healthy: 0, unhealthy: 0, notApplicable: 0 };
  for (const own of verdicts.values()) {
    const relevant = assessments.flatMap((key) => own.get(key) ?? []);
    if (relevant.includes('Unhealthy')) counts.unhealthy += 1;
    else if (relevant.includes('Healthy')) counts.healthy += 1;
    else if (relevant.length > 0) counts.notApplicable += 1;
  }
  const judged = counts.healthy + counts.unhealthy;
  const max = judged === 0 ? 0 : maxScore;
  return { ...counts, max, current: judged === 0 ? 0 : round((max * counts.healthy) / judged, 2) };
}

/** `Microsoft.Security/secureScores` 2020-01-01: the score that Defender computes of its own. */
export function renderScore(tally: Tally, subscriptionId: string): JsonObject {
  const scores = scoreControls.map((control) => scoreOf(tally, control));
  const max = scores.reduce((sum, score) => sum + score.max, 0);
  const current = round(
    scores.reduce((sum, score) => sum + score.current, 0),
    2,
  );
  const name = 'ascScore';
  return {
    id: `/subscriptions/${subscriptionId}/providers/Microsoft.Security/secureScores/${name}`,
    name,
    type: 'Microsoft.Security/secureScores',
    properties: {
      displayName: 'ASC score',
      score: { max, current, percentage: max === 0 ? 0 : round(current / max, 4) },
      weight: tally.verdicts.size,
    },
  };
}

/** `Microsoft.Security/secureScores/secureScoreControls` 2020-01-01, each with its definition where that is wanted. */
export function renderScoreControls(
  tally: Tally,
  { subscriptionId, isExpanded }: { subscriptionId: string; isExpanded: boolean },
): JsonObject[] {
  return scoreControls.map((control) => {
    const { healthy, unhealthy, notApplicable, max, current } = scoreOf(tally, control);
    return {
      id: `/subscriptions/${subscriptionId}/providers/Microsoft.Security/secureScores/ascScore/secureScoreControls/${control.key}`,
      name: control.key,
      type: 'Microsoft.Security/secureScores/secureScoreControls',
      properties: {
        displayName: control.displayName,
        healthyResourceCount: healthy,
        unhealthyResourceCount: unhealthy,
        notApplicableResourceCount: notApplicable,
        score: { max, current, percentage: max === 0 ? 0 : round(current / max, 4) },
        weight: healthy + unhealthy,
        ...(isExpanded && { definition: definitionOf(control) }),
      },
    };
  });
}

function definitionOf({ key, displayName, maxScore, assessments }: ScoreControlType): JsonObject {
  return {
    id: `/providers/Microsoft.Security/secureScoreControlDefinitions/${key}`,
    name: key,
    type: 'Microsoft.Security/secureScoreControlDefinitions',
    properties: {
      source: { sourceType: 'BuiltIn' },
      displayName,
      maxScore,
      assessmentDefinitions: assessments.map((name) => ({
        id: `/providers/Microsoft.Security/assessmentMetadata/${name}`,
      })),
    },
  };
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
