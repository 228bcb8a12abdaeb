/**
 * A Service Bus queue as it is declared once: the emulator, the Bicep check and the docs all read this.
 * Property names follow `Microsoft.ServiceBus/namespaces/queues`; durations are in seconds here.
 */
export type QueueDeclaration = {
  readonly name: string;
  /** What travels on it, in one sentence (docs/queues.md). */
  readonly description: string;
  readonly lockDurationSeconds: number;
  readonly maxDeliveryCount: number;
  readonly defaultMessageTimeToLiveSeconds: number;
  readonly deadLetteringOnMessageExpiration: boolean;
  /** Absent = no duplicate detection. */
  readonly duplicateDetectionWindowSeconds?: number;
  readonly requiresSession?: boolean;
  readonly maxSizeInMegabytes: number;
};
