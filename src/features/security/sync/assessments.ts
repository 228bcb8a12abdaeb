import { keyOf, type RowSync } from '#features/connectors/index.ts';
import { Assessment, Metadata, MetadataDocument, Task } from '../azure.ts';
import { type AssessmentRecord, assessmentRowKey, toAssessment } from '../mapping/assessment.ts';
import { type Definition, toDefinition } from '../mapping/definition.ts';
import type { Frameworks } from '../mapping/frameworks.ts';
import {
  fromAssessment,
  fromTask,
  type OpenTask,
  type RecommendationRecord,
  recommendationRowKey,
  subjectOf,
  toOpenTask,
} from '../mapping/recommendation.ts';
import { toSeverity } from '../mapping/words.ts';
import { count, openRows, type SyncContext } from './context.ts';

export type Mappings = {
  readonly frameworks: ReadonlyMap<string, Frameworks>;
  readonly controls: ReadonlyMap<string, string>;
};
type Counts = { healthy: number; unhealthy: number; notApplicable: number };

/** Assessments of one subscription, what they have in common, and the recommendations that follow. */
export class AssessmentSync {
  readonly #context: SyncContext;
  readonly #counts = new Map<string, Counts>();
  readonly #metadata = new Map<string, Metadata>();
  readonly #tasks = new Map<string, OpenTask>();
  /** Tasks that name no assessment. */
  readonly #loose: OpenTask[] = [];

  constructor(context: SyncContext) {
    this.#context = context;
  }

  async sync(mappings: Mappings): Promise<void> {
    const { run, store } = this.#context;
    const isCatalogued = await run.part('assessmentMetadata', () => this.#readMetadata());
    const areTasksRead = await run.part('tasks', () => this.#readTasks());
    const [assessments, recommendations] = await Promise.all(
      (['assessments', 'recommendations'] as const).map((kind) =>
        openRows(this.#context, { partition: store.partition(run.subscriptionId, kind) }),
      ),
    );
    if (!assessments || !recommendations) return;
    const isRead = await run.part('assessments', () => this.#readAssessments(assessments, recommendations));
    await recommendations.write(this.#loose.map(fromTask).map(toRow));
    if (isRead) {
      await recommendations.write([...this.#tasks.values()].map(fromTask).map(toRow));
      await assessments.finish();
      if (areTasksRead) await recommendations.finish();
      await this.#writeDefinitions(mappings, isCatalogued === true);
    }
    count(this.#context, 'assessments', assessments);
    count(this.#context, 'recommendations', recommendations);
  }

  async #readMetadata(): Promise<true> {
    const { run, defender, parser } = this.#context;
    for await (const page of defender.assessmentMetadata(run.subscriptionId)) {
      for (const { name, properties } of parser.all('assessmentMetadata', MetadataDocument, page))
        this.#metadata.set(name.toLowerCase(), properties);
    }
    return true;
  }

  async #readTasks(): Promise<true> {
    const { run, defender, parser } = this.#context;
    for await (const page of defender.tasks(run.subscriptionId)) {
      for (const task of parser.all('tasks', Task, page).map(toOpenTask)) {
        if (task?.assessment) this.#tasks.set(subjectOf(task.resourceId, task.assessment), task);
        else if (task) this.#loose.push(task);
      }
    }
    return true;
  }

  async #readAssessments(assessments: RowSync, recommendations: RowSync): Promise<true> {
    const { run, defender, parser } = this.#context;
    for await (const page of defender.assessments(run.subscriptionId)) {
      const records = parser.all('assessments', Assessment, page).flatMap((given) => {
        const record = toAssessment(given);
        if (!record) parser.skip('assessments', `no id of an assessment: ${given.id}`);
        else if (given.properties.metadata) this.#learn(record.key, given.properties.metadata);
        return record ?? [];
      });
      for (const record of records) this.#tally(record);
      const unhealthy = records.filter(({ status }) => status === 'Unhealthy');
      await Promise.all([
        assessments.write(records.map((value) => ({ rowKey: assessmentRowKey(value), value }))),
        recommendations.write(unhealthy.map((record) => toRow(this.#recommend(record)))),
      ]);
    }
    return true;
  }

  /** Custom assessments may come with metadata that the catalogue lacks. */
  #learn(key: string, given: unknown): void {
    if (!this.#metadata.has(key.toLowerCase())) this.#metadata.set(key.toLowerCase(), Metadata.parse(given));
  }

  #tally({ key, status }: AssessmentRecord): void {
    const counts = this.#counts.get(key) ?? { healthy: 0, unhealthy: 0, notApplicable: 0 };
    this.#counts.set(key, counts);
    if (status === 'Healthy') counts.healthy += 1;
    else if (status === 'Unhealthy') counts.unhealthy += 1;
    else counts.notApplicable += 1;
  }

  /** A task that is about the same is taken up, so that only tasks of their own are left. */
  #recommend(record: AssessmentRecord): RecommendationRecord {
    const subject = subjectOf(record.resourceId, record.key);
    const task = this.#tasks.get(subject);
    this.#tasks.delete(subject);
    const metadata = this.#metadata.get(record.key.toLowerCase());
    const definition = { name: metadata?.displayName, severity: toSeverity(metadata?.severity) };
    return fromAssessment(record, definition, task);
  }

  async #writeDefinitions({ frameworks, controls }: Mappings, isCatalogued: boolean): Promise<void> {
    const { run, store } = this.#context;
    const before = isCatalogued ? undefined : await store.readDefinitions(run.subscriptionId);
    const rows = await openRows(this.#context, {
      partition: store.partition(run.subscriptionId, 'definitions'),
    });
    const definitions = [...this.#counts].map(([key, counts]): Definition => {
      const lower = key.toLowerCase();
      const more = { frameworks: frameworks.get(lower) ?? {}, control: controls.get(lower) ?? null, counts };
      const old = before?.get(lower);
      return old
        ? { ...old, ...more }
        : toDefinition(key, this.#metadata.get(lower) ?? Metadata.parse({}), more);
    });
    await rows.write(definitions.map((value) => ({ rowKey: keyOf(value.key), value })));
    await rows.finish();
  }
}

function toRow(value: RecommendationRecord) {
  return { rowKey: recommendationRowKey(value), value };
}
