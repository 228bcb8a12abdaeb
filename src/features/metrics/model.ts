/** Numbers by section (`inventory`, `compliance`, `security`, `cost`, `operations`) and name; all of them add up. */
export type Numbers = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What a resource is counted under. */
export type Dimensions = {
  readonly resourceGroup: string | null;
  readonly resourceType: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
};

/** Numbers of one resource; without dimensions they belong to the subscription as a whole. */
export type Contribution = {
  readonly section: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly resourceId?: string;
};

/** Where numbers come from: one line in the wiring for each. */
export type MetricSource = {
  /** What is so now, or happened since `since` (the start of the hour, ISO 8601), of one subscription. */
  readonly collect: (
    place: { readonly tenantId: string; readonly segment: string },
    since: string,
  ) => AsyncIterable<readonly Contribution[]>;
};

export const AGGREGATIONS = ['subscription', 'resourceGroup', 'resourceType', 'location'] as const;
/** `tag` holds every tag name with its values. */
export type Aggregation = (typeof AGGREGATIONS)[number] | 'tag';

/** Groups of one aggregation with their numbers. For tags a group is `name=value`. */
export type Groups = Readonly<Record<string, Numbers>>;
export type Rollup = Readonly<Record<Aggregation, Groups>>;

/** Rows are kept by the hour for a while, and by the day. */
export type Interval = 'hour' | 'day';
