import type { Clock } from '#platform/clock.ts';

/** A part of a source that could not be read: what it concerns, why, and who could change that. */
export type Gap = {
  /** Part of the source: `alerts`, `assessments` … */
  readonly scope: string;
  readonly kind: 'refused' | 'off' | 'throttled' | 'unavailable' | 'malformed';
  readonly reason: string;
  /** Azure role that would grant it, where a permission is missing. */
  readonly role?: string;
  /** ISO 8601. */
  readonly since: string;
};

/** What came of items that a source sent of its own accord; numbers by name, and what could not be understood. */
export type Received = {
  readonly counts: Readonly<Record<string, number>>;
  /** Stays open until the source has been read anew. */
  readonly gap?: Gap | undefined;
};

/** What a connector is given to read one subscription. */
export type SyncRun = {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly clock: Clock;
  /** What the run before left under these names: cursors, ETags, times. To be changed in place. */
  readonly cursors: Record<string, string>;
  /** Numbers for the state of the source, by name. To be changed in place. */
  readonly counts: Record<string, number>;
  /**
   * Runs a part on its own: where Azure does not give it, the gap is recorded and the run goes on with undefined.
   * What is thrown for another reason ends the run; its message comes again.
   */
  part<T>(scope: string, work: () => Promise<T>): Promise<T | undefined>;
  /** Records that something of a part was not as documented. */
  malformed(scope: string, reason: string): void;
};

/** A source of what Azure knows, read subscription by subscription. */
export type Connector = {
  readonly name: string;
  readonly title: string;
  /** Least Azure role that can read it. */
  readonly role: string;
  readonly everyMinutes: number;
  /** Messages with which this provider says that it does not serve a subscription, beside those that all have. */
  readonly off?: RegExp;
  readonly sync: (run: SyncRun) => Promise<void>;
};
