import type { AlertRecord } from '../mapping/alert.ts';

/** An alert as a processor gets it. */
export type AlertSubject = {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly alert: AlertRecord;
};

/** What a processor found out: a sentence for people, and the facts. */
export type ProcessorResult = {
  readonly summary: string;
  readonly details: Readonly<Record<string, unknown>>;
};

/** One thing that is made of alerts. A new one is a file here and a line in the registry. */
export type AlertProcessor = {
  readonly name: string;
  readonly canProcess: (alert: AlertRecord) => boolean;
  /** What is thrown is tried again, and holds up no other processor. */
  readonly process: (subject: AlertSubject) => Promise<ProcessorResult>;
};

/** What the registry knows of an alert and a processor. */
export type Processing = {
  readonly processor: string;
  readonly status: 'succeeded' | 'failed' | 'retrying' | 'skipped';
  readonly attempts: number;
  /** ISO 8601. */
  readonly at: string;
  readonly summary: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly error: string | null;
};
