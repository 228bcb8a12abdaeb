import { type Connectors, fromColumns, keyOf, listRows, type SourceGap } from '#features/connectors/index.ts';
import type { InventoryStore } from '#features/inventory/index.ts';
import type { Clock } from '#platform/clock.ts';
import { Failure } from '#platform/failure.ts';
import type { Row } from '#platform/tables.ts';
import { parseShortAssessmentId } from './ids.ts';
import { type AlertRecord, alertTimeKey } from './mapping/alert.ts';
import {
  type AssessmentRecord,
  assessmentRowKey,
  type FindingRecord,
  parseAssessmentId,
} from './mapping/assessment.ts';
import type { Definition } from './mapping/definition.ts';
import type { RecommendationRecord } from './mapping/recommendation.ts';
import { rankOf, SEVERITIES } from './mapping/words.ts';
import { overallScore, toRegulatoryView, toScoreViews } from './overview.ts';
import type {
  AlertsQuery,
  AssessmentsQuery,
  ComplianceAssessment,
  RecommendationsQuery,
  RegulatoryCompliance,
  RegulatoryQuery,
  SecureScoreQuery,
  SecureScores,
  SecurityAlert,
  SecurityRecommendation,
} from './schema.ts';
import type { Kind, SecurityStore } from './store.ts';
import { ownFinding, toAlertView, toAssessmentView, toFindingView, toRecommendation } from './view.ts';

export type SecurityPorts = {
  readonly gapsOf: Connectors['gaps'];
  readonly clock: Clock;
  readonly storeOf: (tenantId: string) => SecurityStore;
  readonly inventoryStoreOf: (tenantId: string) => InventoryStore;
};
type Page<T> = { data: T[]; nextCursor: string | null; gaps: SourceGap[] };

const DAY_MS = 86_400_000;
const SOURCE = 'defender';

/** What Defender for Cloud says, as it was read last. */
export class Security {
  readonly #ports: SecurityPorts;

  constructor(ports: SecurityPorts) {
    this.#ports = ports;
  }

  /** Gravest first. */
  async recommendations(
    tenantId: string,
    query: RecommendationsQuery,
  ): Promise<Page<SecurityRecommendation>> {
    const subscriptions = await this.#subscriptions(tenantId, query.subscriptionId);
    const definitions = await this.#definitions(tenantId, subscriptions);
    const ranks = (query.severity ?? SEVERITIES).map(rankOf).sort();
    const range = { from: ranks[0] ?? '', to: `${ranks.at(-1)}~` };
    const text = query.text?.toLowerCase();
    const { items, nextCursor } = await listRows(this.#sources(tenantId, subscriptions, 'recommendations'), {
      ...query,
      range,
      accept: (row, { name }) => {
        const record = fromColumns<RecommendationRecord>(row);
        const definition = definitions.get(name)?.get(record.assessment?.toLowerCase() ?? '');
        if (query.severity && !query.severity.includes(record.severity)) return undefined;
        if (!isOf(record.resourceId, query.resourceId)) return undefined;
        if (!isPartOf(definition, query.framework)) return undefined;
        if (text && !`${record.name}\n${record.resourceId}`.toLowerCase().includes(text)) return undefined;
        return toRecommendation(record, definition, name);
      },
    });
    return { data: items, nextCursor, gaps: await this.#gaps(tenantId, query) };
  }

  async assessments(
    tenantId: string,
    query: AssessmentsQuery,
  ): Promise<Page<Omit<ComplianceAssessment, 'findings'>>> {
    const subscriptions = await this.#subscriptions(tenantId, query.subscriptionId);
    const definitions = await this.#definitions(tenantId, subscriptions);
    const key = query.resourceId && keyOf(query.resourceId);
    const { items, nextCursor } = await listRows(this.#sources(tenantId, subscriptions, 'assessments'), {
      ...query,
      ...(key && { range: { from: key, to: `${key}~` } }),
      accept: (row, { name }) => {
        const record = fromColumns<AssessmentRecord>(row);
        const definition = definitions.get(name)?.get(record.key.toLowerCase());
        if (query.status && record.status.toLowerCase() !== query.status.toLowerCase()) return undefined;
        return isPartOf(definition, query.framework) ? toAssessmentView(record, definition, name) : undefined;
      },
    });
    return { data: items, nextCursor, gaps: await this.#gaps(tenantId, query) };
  }

  /** By ARM id or ours, with what scanners found. @throws Failure `notFound` */
  async assessment(tenantId: string, id: string): Promise<ComplianceAssessment> {
    const place = assessmentPlace(id);
    const store = this.#ports.storeOf(tenantId);
    const row = place && (await store.partition(place.subscriptionId, 'assessments').get<Row>(place.rowKey));
    if (!place || !row)
      throw new Failure('notFound', `there is no assessment ${id}`, {
        next: 'GET /api/v1/security/assessments lists them; a new one appears with the next sync',
      });
    const record = fromColumns<AssessmentRecord>(row);
    const { subscriptionId, rowKey } = place;
    const [definitions, findings, gaps] = await Promise.all([
      store.definitions(subscriptionId),
      store.partition(subscriptionId, 'findings').list<Row>({ from: `${rowKey}|`, to: `${rowKey}|~` }),
      this.#gaps(tenantId, { subscriptionId: [subscriptionId] }),
    ]);
    const view = toAssessmentView(record, definitions.get(record.key.toLowerCase()), subscriptionId);
    const found = findings.map((finding) => toFindingView(fromColumns<FindingRecord>(finding)));
    return { ...view, findings: found.length > 0 ? found : ownFinding(view), gaps };
  }

  /** Newest first. */
  async alerts(tenantId: string, query: AlertsQuery): Promise<Page<SecurityAlert>> {
    const subscriptions = await this.#subscriptions(tenantId, query.subscriptionId);
    const statuses = query.status?.map((status) => status.toLowerCase());
    const from = query.until ? alertTimeKey(Date.parse(query.until) - 1) : '';
    const to = query.since ? alertTimeKey(Date.parse(query.since) - 1) : '~';
    const { items, nextCursor } = await listRows(this.#sources(tenantId, subscriptions, 'alerts'), {
      ...query,
      range: { from: `a|${from}`, to: `a|${to}` },
      accept: (row, { name }) => {
        if (row.hash === undefined) return undefined;
        const alert = fromColumns<AlertRecord>(row);
        if (query.severity && !query.severity.includes(alert.severity)) return undefined;
        if (statuses && !statuses.includes(alert.status.toLowerCase())) return undefined;
        if (query.resourceId && !alert.resourceIds.some((id) => isOf(id, query.resourceId))) return undefined;
        return toAlertView(alert, row, name);
      },
    });
    return { data: items, nextCursor, gaps: await this.#gaps(tenantId, query) };
  }

  async secureScore(tenantId: string, query: SecureScoreQuery): Promise<SecureScores> {
    const store = this.#ports.storeOf(tenantId);
    const subscriptions = await this.#subscriptions(tenantId, query.subscriptionId);
    const first = new Date(this.#ports.clock.now().getTime() - (query.days - 1) * DAY_MS);
    const since = first.toISOString().slice(0, 10);
    const data = await Promise.all(
      subscriptions.map(async (subscriptionId) => {
        const [scores, history] = await Promise.all([
          store.scores(subscriptionId),
          store.scoreHistory(subscriptionId, since),
        ]);
        return toScoreViews(subscriptionId, scores, history);
      }),
    );
    const all = data.flat();
    return { data: all, overall: overallScore(all), gaps: await this.#gaps(tenantId, query) };
  }

  async regulatoryCompliance(tenantId: string, query: RegulatoryQuery): Promise<RegulatoryCompliance> {
    const store = this.#ports.storeOf(tenantId);
    const subscriptions = await this.#subscriptions(tenantId, query.subscriptionId);
    const data = await Promise.all(
      subscriptions.map(async (id) => toRegulatoryView(id, await store.regulatory(id))),
    );
    const wanted = query.framework?.toLowerCase();
    return {
      data: data.flat().filter(({ standard }) => !wanted || standard.toLowerCase() === wanted),
      gaps: await this.#gaps(tenantId, query),
    };
  }

  #sources(tenantId: string, subscriptions: readonly string[], kind: Kind) {
    const store = this.#ports.storeOf(tenantId);
    return subscriptions.map((name) => ({ name, partition: store.partition(name, kind) }));
  }

  async #definitions(
    tenantId: string,
    subscriptions: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, Definition>>> {
    const store = this.#ports.storeOf(tenantId);
    const all = await Promise.all(subscriptions.map((id) => store.definitions(id)));
    return new Map(all.map((definitions, index) => [subscriptions[index] ?? '', definitions]));
  }

  #gaps(
    tenantId: string,
    { subscriptionId }: { subscriptionId?: string[] | undefined },
  ): Promise<SourceGap[]> {
    const only = subscriptionId?.map((id) => id.toLowerCase());
    return this.#ports.gapsOf(tenantId, SOURCE, only);
  }

  /** Those that are watched, of those that are wanted. */
  async #subscriptions(tenantId: string, wanted: readonly string[] | undefined): Promise<string[]> {
    const segments = await this.#ports.inventoryStoreOf(tenantId).segments.list();
    const watched = segments.filter(({ state }) => state !== undefined).map(({ segment }) => segment);
    const lower = wanted?.map((id) => id.toLowerCase());
    return lower ? watched.filter((id) => lower.includes(id)) : watched;
  }
}

function assessmentPlace(id: string): { subscriptionId: string; rowKey: string } | undefined {
  const short = parseShortAssessmentId(id);
  if (short) return short;
  const full = id.startsWith('/') ? id : `/${id}`;
  const parsed = parseAssessmentId(full);
  const subscriptionId = full.split('/')[2]?.toLowerCase();
  return parsed && subscriptionId && /^[\da-f-]{36}$/.test(subscriptionId)
    ? { subscriptionId, rowKey: assessmentRowKey(parsed) }
    : undefined;
}

function isOf(resourceId: string, wanted: string | undefined): boolean {
  return wanted === undefined || resourceId.toLowerCase() === wanted.toLowerCase();
}

function isPartOf(definition: Definition | undefined, framework: string | undefined): boolean {
  if (framework === undefined) return true;
  const wanted = framework.toLowerCase();
  return Object.keys(definition?.frameworks ?? {}).some((name) => name.toLowerCase() === wanted);
}
