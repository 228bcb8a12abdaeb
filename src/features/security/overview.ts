import type { ControlRecord, StandardRecord } from './mapping/frameworks.ts';
import type { ScoreControlRecord, ScoreRecord } from './mapping/score.ts';
import type { RegulatoryCompliance, SecureScores } from './schema.ts';
import type { DailyScore } from './store.ts';

type ScoreView = SecureScores['data'][number];

/** The scores of a subscription; controls and history belong to the one that Azure computes of its own. */
export function toScoreViews(
  subscriptionId: string,
  records: readonly (ScoreRecord | ScoreControlRecord)[],
  history: readonly DailyScore[],
): ScoreView[] {
  const controls = records.filter((record) => record.kind === 'control');
  return records
    .filter((record) => record.kind === 'score')
    .map(({ name, displayName, current, max, percentage, weight }) => ({
      subscription_id: subscriptionId,
      name,
      display_name: displayName,
      current,
      max,
      percentage,
      weight,
      controls: controls.map((control) => ({
        name: control.name,
        display_name: control.displayName,
        current: control.current,
        max: control.max,
        percentage: control.percentage,
        healthy_resources: control.healthy,
        unhealthy_resources: control.unhealthy,
        not_applicable_resources: control.notApplicable,
      })),
      history: [...history],
    }));
}

/**
 * The score over several subscriptions: that of each by its weight, which is its number of resources ("Secure score
 * for multiple subscriptions", Defender for Cloud). Null where there is none.
 */
export function overallScore(scores: readonly ScoreView[]): SecureScores['overall'] {
  if (scores.length === 0) return null;
  const weights = scores.reduce((sum, { weight }) => sum + weight, 0);
  const share = (score: ScoreView) => (weights > 0 ? score.weight / weights : 1 / scores.length);
  const percentage = scores.reduce((sum, score) => sum + score.percentage * share(score), 0);
  const sumOf = (field: 'current' | 'max') => round(scores.reduce((sum, score) => sum + score[field], 0));
  return { current: sumOf('current'), max: sumOf('max'), percentage: round(percentage) };
}

export function toRegulatoryView(
  subscriptionId: string,
  records: readonly (StandardRecord | ControlRecord)[],
): RegulatoryCompliance['data'] {
  const controls = records.filter((record) => record.kind === 'control');
  return records
    .filter((record) => record.kind === 'standard')
    .map(({ name, state, passed, failed, skipped, unsupported }) => ({
      subscription_id: subscriptionId,
      standard: name,
      state,
      passed,
      failed,
      skipped,
      unsupported,
      controls: controls
        .filter(({ standard }) => standard === name)
        .map(({ kind: _kind, standard: _standard, assessments, ...control }) => ({
          ...control,
          assessments: [...assessments],
        }))
        .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
    }))
    .sort((a, b) => a.standard.localeCompare(b.standard, 'en'));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
