/**
 * What an installation costs a month, by the formula of docs/deployment.md: amounts counted from how the code works,
 * times list prices. An estimate, not a bill. `node scripts/infra/cost.ts` prints the table of that page.
 */

export type Estate = {
  readonly resources: number;
  readonly subscriptions: number;
  /** Changes that Event Grid tells of, a month. */
  readonly changes: number;
};

export type Amounts = {
  readonly tableOperations: number;
  readonly messageOperations: number;
  readonly executions: number;
  readonly gigabyteSeconds: number;
  readonly storedGigabytes: number;
  readonly telemetryGigabytes: number;
};

const DAYS = 30;
const MINUTES_A_DAY = 1440;
/** Table operations of one sync of one subscription, beside its rows: job, segment, head, stale scopes. */
const OPERATIONS_A_SYNC = 8;
/** Rows of one page of a table query. */
const ROWS_A_PAGE = 1000;
/** Owner, row, head, commit (one transaction), marker, outbox. */
const OPERATIONS_A_CHANGE = 6;
/** Sent, received, completed. */
const OPERATIONS_A_MESSAGE = 3;
/** `refresh` and `events`. */
const MESSAGES_A_CHANGE = 2;
const SECONDS_AN_EXECUTION = 0.2;
/** A page is fetched, compared and, where it changed, written. */
const SECONDS_A_PAGE = 1;
const KB_A_RESOURCE = 4;
const KB_A_CHANGE = 2;
const KB_AN_EXECUTION = 1;

/** Pay-as-you-go list prices in USD; check those of your region. */
export const prices = {
  millionTableOperations: 0.045,
  serviceBusBase: 10,
  freeMillionMessageOperations: 13,
  millionMessageOperations: 0.8,
  millionExecutions: 0.4,
  gigabyteSecond: 0.000026,
  storedGigabyte: 0.06,
  telemetryGigabyte: 2.76,
} as const;

/** What happens in a month. */
export function amounts(
  estate: Estate,
  options: { syncMinutes: number; memoryGB: number } = { syncMinutes: 15, memoryGB: 2 },
): Amounts {
  const syncs = (DAYS * MINUTES_A_DAY) / options.syncMinutes;
  const messages = syncs * estate.subscriptions + MESSAGES_A_CHANGE * estate.changes;
  const pages = syncs * Math.max(Math.ceil(estate.resources / ROWS_A_PAGE), estate.subscriptions);
  const sweeps = DAYS * MINUTES_A_DAY;
  const executions = messages + syncs + sweeps + estate.changes;
  return {
    tableOperations:
      syncs * estate.subscriptions * OPERATIONS_A_SYNC +
      pages +
      estate.changes * OPERATIONS_A_CHANGE +
      sweeps * (estate.subscriptions + 2),
    messageOperations: messages * OPERATIONS_A_MESSAGE,
    executions,
    gigabyteSeconds: (executions * SECONDS_AN_EXECUTION + pages * SECONDS_A_PAGE) * options.memoryGB,
    storedGigabytes: (estate.resources * KB_A_RESOURCE + estate.changes * KB_A_CHANGE) / 1e6,
    telemetryGigabytes: (executions * KB_AN_EXECUTION) / 1e6,
  };
}

/** USD a month, without always-ready instances and private networking. */
export function cost(given: Amounts): number {
  const paidMessages = Math.max(0, given.messageOperations / 1e6 - prices.freeMillionMessageOperations);
  return (
    (given.tableOperations / 1e6) * prices.millionTableOperations +
    prices.serviceBusBase +
    paidMessages * prices.millionMessageOperations +
    (given.executions / 1e6) * prices.millionExecutions +
    given.gigabyteSeconds * prices.gigabyteSecond +
    given.storedGigabytes * prices.storedGigabyte +
    given.telemetryGigabytes * prices.telemetryGigabyte
  );
}

const ESTATES: readonly Estate[] = [
  { resources: 1_000, subscriptions: 1, changes: 3_000 },
  { resources: 10_000, subscriptions: 5, changes: 30_000 },
  { resources: 100_000, subscriptions: 20, changes: 300_000 },
  { resources: 1_000_000, subscriptions: 100, changes: 3_000_000 },
];

/** The rows of the table in docs/deployment.md. */
export function costRows(): string[][] {
  return ESTATES.map((estate) => {
    const given = amounts(estate);
    const millions = (count: number) => `${(count / 1e6).toFixed(2)} M`;
    return [
      `${estate.resources.toLocaleString('en')} (${estate.subscriptions}, ${estate.changes.toLocaleString('en')})`,
      millions(given.tableOperations),
      millions(given.messageOperations),
      millions(given.executions),
      `${Math.round(given.gigabyteSeconds / 1000)} k`,
      `${given.telemetryGigabytes.toFixed(2)} GB`,
      `${Math.round(cost(given))} USD`,
    ];
  });
}

if (import.meta.main) for (const row of costRows()) console.log(`| ${row.join(' | ')} |`);
