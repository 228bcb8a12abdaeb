/** Who made a change that nobody named an actor for when it was recorded. */
export type Attribution = {
  readonly actor: string;
  /** Azure's. */
  readonly correlationId: string | null;
  /** Entry of the activity log that says so. */
  readonly activityId: string;
};

/** What has been found out since about changes; kept apart, since history and log never change. */
export type Attributions = {
  /** By the time of the change. */
  ofResource(segment: string, key: string): Promise<ReadonlyMap<string, Attribution>>;
  /** Of commits from `from` to below `to`, by `SEQ|KEY`. */
  ofCommits(segment: string, from: number, to: number): Promise<ReadonlyMap<string, Attribution>>;
};

type Attributable = {
  readonly actor: string | null;
  readonly correlation_id: string | null;
  readonly activity_id?: string | undefined;
};

/** The change with whom the activity log names for it. */
export function attributed<Change extends Attributable>(
  change: Change,
  attribution: Attribution | undefined,
): Change {
  if (change.actor !== null || !attribution) return change;
  const { actor, correlationId, activityId } = attribution;
  return {
    ...change,
    actor,
    correlation_id: correlationId ?? change.correlation_id,
    activity_id: activityId,
  };
}
