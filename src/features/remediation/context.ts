import type { Compliance } from '#features/compliance/index.ts';
import type { Deployments } from '#features/deployments/index.ts';
import { type Principal, UNSCOPED } from '#http/principal.ts';
import type { AzureWriter } from '#platform/azureWriter.ts';
import type { Clock } from '#platform/clock.ts';
import type { AzureDocument } from '#platform/resourceManager.ts';
import type { Status } from './schema.ts';
import type { Change, Kept, RemediationStore } from './store.ts';

/** What remediations ask of the rest of the product. */
export type RemediationPorts = {
  readonly compliance: Pick<Compliance, 'resource' | 'evaluate' | 'evaluateDocuments' | 'findings'>;
  readonly deployments: Pick<Deployments, 'create' | 'get' | 'start' | 'decide' | 'cancel' | 'rules'>;
  /** A resource as Azure has it now, in an API version where one is named; undefined where it is gone. */
  readonly read: (
    id: string,
    apiVersion?: string,
  ) => Promise<{ document: AzureDocument; apiVersion: string } | undefined>;
  /** Makes the inventory's copy of a resource what Azure says it is now. */
  readonly refresh: (tenantId: string, id: string, actor: string) => Promise<void>;
  /** Undefined where nothing may write to the estate. */
  readonly writer: AzureWriter | undefined;
  readonly clock: Clock;
};

/** What a step needs. */
export type StepContext = {
  readonly tenantId: string;
  readonly kept: Kept;
  readonly ports: RemediationPorts;
  readonly store: RemediationStore;
  /** Sends a remediation on its way. */
  readonly enqueue: (id: string) => Promise<void>;
};

/** What a step came to: the change, and when to look again: seconds, `sweep` (minutes), undefined: at once. */
export type StepResult = Change & { readonly againAfter?: number | 'sweep' };

export function ended(status: Status, error: string | null = null): StepResult {
  return { shown: { status, error } };
}

/** Seconds until the next look: soon at first, seldom where it takes long. */
export function patience({ kept, ports }: StepContext): number {
  const age = (ports.clock.now().getTime() - Date.parse(kept.shown.created_at)) / 1000;
  return Math.min(30, Math.max(1, Math.round(age / 10)));
}

/** Who asked for it first: he may not approve it, whoever started it. */
export function asker({ tenantId, kept: { shown } }: StepContext): Principal {
  const { requested_by_id: id, requested_by: name } = shown;
  return { tenantId, id, kind: 'user', name, roles: [], scopes: UNSCOPED };
}

/** Who asked last, for what is done in his name. */
export function requester({ tenantId, kept: { shown, memory } }: StepContext): Principal {
  const { id, name } = memory.actor ?? { id: shown.requested_by_id, name: shown.requested_by };
  return { tenantId, id, kind: 'user', name, roles: [], scopes: UNSCOPED };
}
