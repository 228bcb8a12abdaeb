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

/** Counted by scripts/infra/measure.ts; test/infra/cost.test.ts counts again. Table operations unless it says otherwise. */
export const measured = {
  /** Of a subscription in a sync that finds nothing new, beside a page for each 1,000 rows. */
  aSync: 16,
  /** Once, when a resource is first seen. */
  aResource: 2.4,
  aChange: 7.5,
  /** Messages. */
  messagesAChange: 3.1,
  /** Of a subscription in a minute, all sweeps together. */
  aSweep: 7,
  /** Of a subscription in the hourly reconciliation of compliance. */
  aReconciliation: 30,
} as const;

/** Timers that run each minute. */
const SWEEPS = 6;
/** Rows of one page of a table query. */
const ROWS_A_PAGE = 1000;
/** Sent, received, completed. */
const OPERATIONS_A_MESSAGE = 3;
/** Assumed, as the sizes below: take those of your workbook. */
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
  const { resources, subscriptions, changes } = estate;
  const minutes = DAYS * MINUTES_A_DAY;
  const hours = DAYS * 24;
  const syncs = minutes / options.syncMinutes;
  const messages = (syncs + hours) * subscriptions + measured.messagesAChange * changes;
  const pages = syncs * Math.max(Math.ceil(resources / ROWS_A_PAGE), subscriptions);
  const executions = messages + syncs + hours + SWEEPS * minutes;
  return {
    tableOperations:
      subscriptions *
        (syncs * measured.aSync + minutes * measured.aSweep + hours * measured.aReconciliation) +
      pages +
      changes * measured.aChange +
      resources * measured.aResource,
    messageOperations: messages * OPERATIONS_A_MESSAGE,
    executions,
    gigabyteSeconds: (executions * SECONDS_AN_EXECUTION + pages * SECONDS_A_PAGE) * options.memoryGB,
    storedGigabytes: (resources * KB_A_RESOURCE + changes * KB_A_CHANGE) / 1e6,
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
