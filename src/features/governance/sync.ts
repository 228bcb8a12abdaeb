import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import type { Job, JobPart, JobStore } from '#features/jobs/index.ts';
import { AzureError } from '#platform/azureClient.ts';
import type { AzurePolicy, AzurePolicyKind } from '#platform/azurePolicy.ts';
import type { Clock } from '#platform/clock.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { Failure } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { QueueDeclaration, Queues } from '#platform/queues.ts';
import type { Governance } from './service.ts';
import { type Counts, SyncRun } from './syncRun.ts';

/** One message a reading of Azure Policy. */
export const policySyncQueue: QueueDeclaration = {
  name: 'policy-sync',
  description: 'Azure Policy’s definitions, assignments, exemptions and aliases of a tenant to be read.',
  lockDurationSeconds: 300,
  maxDeliveryCount: 5,
  defaultMessageTimeToLiveSeconds: 86_400,
  deadLetteringOnMessageExpiration: true,
  maxSizeInMegabytes: 1024,
};
export const PolicySyncMessage = z.object({ tenantId: z.string(), jobId: z.string() });
export type PolicySyncMessage = z.infer<typeof PolicySyncMessage>;

export type PolicySyncPorts = {
  readonly queues: Queues;
  readonly azure: AzurePolicy;
  readonly clock: Clock;
  readonly governanceOf: (tenantId: string) => Governance;
  readonly jobsOf: (tenantId: string) => JobStore;
  /** The tenant whose estate this deployment's identity reads; nobody else may sync with it. */
  readonly estateTenantId: string;
};

export const PolicySyncJob = z
  .object({
    id: z.string(),
    state: z.enum(['running', 'succeeded', 'partial', 'failed']),
    created_at: z.string(),
    updated_at: z.string(),
    read: z.number().int(),
    written: z.number().int(),
    deleted: z.number().int(),
    parts: z.array(
      z.object({
        part: z.string(),
        state: z.enum(['queued', 'running', 'succeeded', 'failed']),
        read: z.number().int(),
        written: z.number().int(),
        deleted: z.number().int(),
      }),
    ),
    problems: z.array(z.object({ part: z.string(), scope: z.string(), reason: z.string() })).meta({
      description: 'What could not be read, and the role that is missing; the rest was read.',
    }),
  })
  .meta({ id: 'PolicySyncJob' });
export type PolicySyncJob = z.infer<typeof PolicySyncJob>;

const KIND = 'policySync';
const SCOPES = 4;
const MAX_TRIES = 3;
const MAX_PAUSE_SECONDS = 30;
/** A job that has not moved for this long may have lost its message with the process that started it; a second one does no harm. */
const RESEND_MS = 60_000;
const AT_GROUP = 'atExactScope()';
const OWN = "policyType eq 'Custom'";

type List = { readonly kind: AzurePolicyKind; readonly scope: string; readonly filter?: string };

/** Lists of what is built in, of a management group, and of a subscription with all that is in it or inherited. */
const lists = {
  builtIn: (): List[] => [
    { kind: 'policyDefinitions', scope: '' },
    { kind: 'policySetDefinitions', scope: '' },
  ],
  group: (name: string): List[] => {
    const scope = `/providers/Microsoft.Management/managementGroups/${name}`;
    return ALL.map((kind) => ({ kind, scope, filter: AT_GROUP }));
  },
  subscription: (id: string): List[] => {
    const scope = `/subscriptions/${id}`;
    return ALL.map((kind) => ({ kind, scope, ...(kind.endsWith('Definitions') && { filter: OWN }) }));
  },
};
const ALL: readonly AzurePolicyKind[] = [
  ...(['policyDefinitions', 'policySetDefinitions', 'policyAssignments', 'policyExemptions'] as const),
];

/** How Azure's policies come here: read whole, by a timer or on request; only what differs is written. */
export class PolicySync {
  readonly #ports: PolicySyncPorts;

  constructor(ports: PolicySyncPorts) {
    this.#ports = ports;
  }

  /** Puts a reading on the queue; returns its job, or the one that is under way. @throws Failure `forbidden` */
  async start(tenantId: string): Promise<PolicySyncJob & { readonly joined: boolean }> {
    const { queues, jobsOf, governanceOf, estateTenantId, clock } = this.#ports;
    if (tenantId !== estateTenantId) {
      throw new Failure('forbidden', 'this deployment reads the policies of another tenant', {
        next: 'deploy PolicyCortex with an identity of your own tenant',
      });
    }
    const subscriptions = await governanceOf(tenantId).room.estate.subscriptions();
    const parts = [
      'managementGroups',
      'builtIn',
      ...subscriptions.map(subscriptionPart),
      'deletions',
      'aliases',
    ];
    const { job, joined } = await jobsOf(tenantId).start(KIND, parts);
    const isStill = clock.now().getTime() - Date.parse(job.updatedAt) > RESEND_MS;
    if (!joined || isStill) {
      const body: PolicySyncMessage = { tenantId, jobId: job.id };
      await queues.send(policySyncQueue, [{ body, messageId: `${job.id}|${randomUUID()}`, tenantId }]);
    }
    return { ...toPolicySyncJob(job), joined };
  }

  /** @throws Failure `notFound` */
  async get(tenantId: string, id: string): Promise<PolicySyncJob> {
    const job = await this.#ports.jobsOf(tenantId).get(id);
    if (job.kind !== KIND) throw new Failure('notFound', `there is no policy sync ${id}`);
    return toPolicySyncJob(job);
  }

  /** Reads everything that can be read; what cannot is told in the job. Once more does no harm. */
  async run({ tenantId, jobId }: PolicySyncMessage): Promise<void> {
    const jobs = this.#ports.jobsOf(tenantId);
    const job = await jobs.find(jobId);
    if (job?.state !== 'running') return;
    const { room } = this.#ports.governanceOf(tenantId);
    const run = new SyncRun(room, this.#ports.azure);
    const step = stepOf(jobs, jobId);
    await run.begin();
    const subscriptions = job.parts.flatMap(({ part }) => part.split('subscription:')[1] ?? []);
    // first, so that what is assigned below is judged with them
    await step('aliases', async ({ counts }) => {
      const [first] = subscriptions;
      if (first !== undefined) await patiently(() => run.readAliases(first, counts));
    });
    const groups = await step('managementGroups', async ({ counts }) => {
      const names = await patiently(() => run.readHierarchy(counts));
      for (const name of names) await jobs.setPart(jobId, { ...QUEUED, part: groupPart(name) });
      return names;
    });
    await step('builtIn', (of) => readLists(run, lists.builtIn(), of));
    await mapConcurrently(groups ?? [], SCOPES, (name) =>
      step(groupPart(name), (of) => readLists(run, lists.group(name), of)),
    );
    await mapConcurrently(subscriptions, SCOPES, (id) =>
      step(subscriptionPart(id), (of) => readLists(run, lists.subscription(id), of)),
    );
    await step('deletions', ({ counts }) => run.deleteGone(counts));
    const { read, written, deleted, problems } = toPolicySyncJob(await jobs.get(jobId));
    log.information('policies synced', { tenantId, read, written, deleted, problems: problems.length });
  }
}

const QUEUED = { state: 'queued', counts: {}, problems: [] } as const;

function subscriptionPart(id: string): string {
  return `subscription:${id}`;
}

function groupPart(name: string): string {
  return `managementGroup:${name}`;
}

type Progress = { readonly counts: Counts; readonly problems: JobPart['problems'][number][] };

/** Does a part of the job and notes how it went; a refusal of Azure ends the part alone. */
function stepOf(jobs: JobStore, jobId: string) {
  return async <T>(part: string, work: (progress: Progress) => Promise<T>): Promise<T | undefined> => {
    const progress: Progress = { counts: { read: 0, written: 0, deleted: 0 }, problems: [] };
    await jobs.setPart(jobId, { part, state: 'running', counts: {}, problems: [] });
    let result: T | undefined;
    let state: JobPart['state'] = 'succeeded';
    try {
      result = await work(progress);
    } catch (error) {
      if (!(error instanceof AzureError)) throw error;
      state = 'failed';
      progress.problems.push({ scope: part, reason: reasonOf(error, part) });
    }
    await jobs.setPart(jobId, { part, state, counts: { ...progress.counts }, problems: progress.problems });
    return result;
  };
}

/** Each list on its own: one that is refused does not hold back the others. */
async function readLists(
  run: SyncRun,
  wanted: readonly List[],
  { counts, problems }: Progress,
): Promise<void> {
  for (const list of wanted) {
    try {
      await patiently(() => run.read(list, counts));
    } catch (error) {
      if (!(error instanceof AzureError)) throw error;
      const scope = `${list.scope}/providers/Microsoft.Authorization/${list.kind}`;
      problems.push({ scope, reason: reasonOf(error, list.scope) });
    }
  }
}

/** Once more, a little later, what Azure had no time for although the client had tried it again and again. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isPassing =
        error instanceof AzureError && (error.kind === 'throttled' || error.kind === 'unavailable');
      if (!isPassing || attempt >= MAX_TRIES) throw error;
      await pause(Math.min(error.retryAfterSeconds ?? attempt, MAX_PAUSE_SECONDS) * 1000);
    }
  }
}

function reasonOf(error: AzureError, scope: string): string {
  const where = scope.startsWith('/') ? scope : 'the root management group (or on the subscriptions)';
  if (error.kind === 'refused')
    return `${error.message}; grant the identity the role Reader on ${where}, and what is there will be read`;
  return error.kind === 'throttled' ? `${error.message}; the next sync tries again` : error.message;
}

function toPolicySyncJob(job: Job): PolicySyncJob {
  const parts = job.parts.map(({ part, state, counts }) => ({
    part,
    state,
    read: counts.read ?? 0,
    written: counts.written ?? 0,
    deleted: counts.deleted ?? 0,
  }));
  const sum = (field: 'read' | 'written' | 'deleted') =>
    parts.reduce((total, part) => total + part[field], 0);
  return {
    id: job.id,
    state: job.state,
    created_at: job.createdAt,
    updated_at: job.updatedAt,
    read: sum('read'),
    written: sum('written'),
    deleted: sum('deleted'),
    parts,
    problems: job.parts.flatMap(({ part, problems }) => problems.map((problem) => ({ part, ...problem }))),
  };
}
