import type { Connectors } from '#features/connectors/index.ts';
import type { Clock } from '#platform/clock.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { log } from '#platform/log.ts';
import type { Queues } from '#platform/queues.ts';
import type { Kind, SecurityStore } from '../store.ts';
import { applyItem } from './apply.ts';
import { type ExportedItem, itemsOf, understand } from './message.ts';
import type { Place } from './place.ts';
import { countStandard, standardOf } from './regulatory.ts';

export type ExportPorts = {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly connectors: () => Pick<Connectors, 'noteReceived' | 'lastRead'>;
  readonly storeOf: (tenantId: string) => SecurityStore;
  /** The tenant that a subscription belongs to; undefined where nobody has onboarded it. */
  readonly tenantOf: (subscriptionId: string) => Promise<string | undefined>;
  /** The tenant of this deployment, who configures the hub: is told of what belongs to no subscription. */
  readonly estateTenantId: string;
};

/** A message of the event hub. */
export type ExportedMessage = {
  /** Parsed JSON, or the text of what is none. */
  readonly body: unknown;
  /** ISO 8601. */
  readonly enqueuedAt: string;
  /** Partition and sequence number, in words. */
  readonly place: string;
};

type Sent<T> = { readonly content: T; readonly sentAt: string };
type Malformed = { readonly reason: string; readonly subscriptionId: string | undefined };

const SOURCE = 'defender';
const ITEMS_AT_A_TIME = 8;
/** The parts of a read that fill each kind of rows. */
const PARTS: Readonly<Record<Kind, RegExp>> = {
  definitions: /^assessment/,
  assessments: /^assessments$/,
  recommendations: /^assessments$/,
  findings: /^subAssessments$/,
  alerts: /^alerts$/,
  scores: /^secureScore/,
  regulatory: /^regulatoryCompliance/,
};

/** Takes in what Defender for Cloud sends by continuous export. */
export class SecurityExport {
  readonly #ports: ExportPorts;

  constructor(ports: ExportPorts) {
    this.#ports = ports;
  }

  /**
   * Works off messages, in their order where they are about the same. What is not understood is recorded and holds
   * up nothing. @throws where storage does not answer: to be called again with the same messages, which does no harm
   */
  async accept(messages: readonly ExportedMessage[]): Promise<void> {
    const items = new Map<string, Sent<ExportedItem>[]>();
    const unknown = new Map<string | undefined, number>();
    const malformed = new Map<string | undefined, Malformed[]>();
    for (const { body, enqueuedAt, place } of messages) {
      for (const given of itemsOf(body)) {
        const understood = understand(given);
        if (understood.outcome === 'item') {
          const { item } = understood;
          append(items, item.subscriptionId, { content: item, sentAt: enqueuedAt });
        } else if (understood.outcome === 'unknownType') {
          const { subscriptionId } = understood;
          unknown.set(subscriptionId, (unknown.get(subscriptionId) ?? 0) + 1);
        } else {
          const { subscriptionId, reason } = understood;
          append(malformed, subscriptionId, { subscriptionId, reason: `${place}: ${reason}` });
        }
      }
    }
    for (const subscriptionId of new Set([...items.keys(), ...unknown.keys(), ...malformed.keys()])) {
      await this.#acceptOf(subscriptionId, {
        items: items.get(subscriptionId ?? '') ?? [],
        unknown: unknown.get(subscriptionId) ?? 0,
        malformed: malformed.get(subscriptionId) ?? [],
      });
    }
  }

  async #acceptOf(
    subscriptionId: string | undefined,
    given: {
      readonly items: readonly Sent<ExportedItem>[];
      readonly unknown: number;
      readonly malformed: readonly Malformed[];
    },
  ): Promise<void> {
    const { connectors, tenantOf, estateTenantId, clock } = this.#ports;
    const owner = subscriptionId === undefined ? estateTenantId : await tenantOf(subscriptionId);
    // Its first read brings everything.
    if (owner === undefined)
      return log.information('continuous export of a subscription that is not onboarded', { subscriptionId });
    const { items, unknown, malformed } = given;
    const counts: Record<string, number> =
      subscriptionId === undefined ? {} : await this.#apply(owner, subscriptionId, items);
    if (unknown > 0) counts.unknown_type = (counts.unknown_type ?? 0) + unknown;
    if (malformed.length > 0) counts.malformed = malformed.length;
    const last = malformed.at(-1);
    const gap = last && {
      scope: 'continuousExport',
      kind: 'malformed' as const,
      reason: `${malformed.length} left out, since they are not as documented; the last, ${last.reason}. The event hub still has it, and the next read makes up for it`,
      since: clock.now().toISOString(),
    };
    if (gap)
      log.warning('continuous export that is not as documented', { subscriptionId, reason: gap.reason });
    await connectors().noteReceived(owner, SOURCE, { subscriptionId, counts, gap });
  }

  /** Returns how many items had which outcome. */
  async #apply(
    tenantId: string,
    subscriptionId: string,
    items: readonly Sent<ExportedItem>[],
  ): Promise<Record<string, number>> {
    const { connectors, storeOf, queues, clock } = this.#ports;
    const read = items.length > 0 ? await connectors().lastRead(tenantId, SOURCE, subscriptionId) : undefined;
    const readAtOf = (kind: Kind) =>
      read?.unread.some((part) => PARTS[kind].test(part)) ? undefined : read?.startedAt;
    const common = { store: storeOf(tenantId), subscriptionId, clock, queues, readAtOf };
    const counts: Record<string, number> = {};
    const inOrder = Map.groupBy(items, ({ content }) => content.document.id.toLowerCase());
    await mapConcurrently(inOrder.values(), ITEMS_AT_A_TIME, async (same) => {
      for (const { content, sentAt } of same) {
        const outcome = (await applyItem({ ...common, sentAt }, content)) ?? 'unknown_type';
        counts[outcome] = (counts[outcome] ?? 0) + 1;
      }
    });
    await countStandards(common, items);
    return counts;
  }
}

/** Every standard that something has changed of, once. */
async function countStandards(
  common: Omit<Place, 'sentAt'>,
  items: readonly Sent<ExportedItem>[],
): Promise<void> {
  const latest = new Map<string, string>();
  for (const { content, sentAt } of items) {
    const standard = content.kind === 'regulatory' ? standardOf(content) : undefined;
    if (standard) latest.set(standard, sentAt);
  }
  for (const [standard, sentAt] of latest) await countStandard({ ...common, sentAt }, standard);
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
