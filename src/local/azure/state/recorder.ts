import type { Group, Resource } from '../estate/model.ts';
import { Random } from '../estate/random.ts';
import type { Actor, Change } from './change.ts';
import { diff } from './change.ts';
import type { ChangeLog } from './changeLog.ts';
import type { Estate } from './estate.ts';

export type Cause = {
  readonly actor: Actor;
  readonly correlationId?: string | undefined;
  /** The child that was written, where it lives inside its parent. */
  readonly subject?: string | undefined;
  readonly operation?: string | undefined;
};

export type RecorderOptions = {
  readonly estate: Estate;
  readonly log: ChangeLog;
  readonly seed: number;
  readonly append: (change: Change) => void;
  readonly now?: () => number;
};

type Draft = Pick<Change, 'kind' | 'scope' | 'target' | 'targetType' | 'changes' | 'after'>;

/** The one way to change the estate: each change is journalled, applied, logged and announced. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #listeners: ((change: Change) => void)[] = [];
  #sequence = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** How many changes there have been, those before a restart included. */
  get sequence(): number {
    return this.#sequence;
  }

  onChange(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  /** Takes a change from the journal: it is neither written nor announced again. */
  replay(change: Change): void {
    this.#sequence = change.sequence;
    this.#options.estate.apply(change);
    this.#options.log.add(change);
  }

  put(resource: Resource, cause: Cause): Change {
    const before = this.#options.estate.get(resource.id);
    const stamped = touch(resource, before, this.#now(), cause.actor);
    const kind = before === undefined ? 'Create' : 'Update';
    const changes = before === undefined ? {} : diff(before, stamped);
    return this.#record(
      { kind, scope: 'resource', target: stamped.id, targetType: stamped.type, changes, after: stamped },
      cause,
    );
  }

  delete(resource: Resource, cause: Cause): Change {
    const { id, type } = resource;
    return this.#record(
      { kind: 'Delete', scope: 'resource', target: id, targetType: type, changes: {}, after: undefined },
      cause,
    );
  }

  /** Announces an action (`…/start/action`) whose effect on the resource may be nothing. */
  act(resource: Resource, cause: Cause): Change {
    const before = this.#options.estate.get(resource.id);
    const changes = diff(before, resource);
    return this.#record(
      {
        kind: 'Action',
        scope: 'resource',
        target: resource.id,
        targetType: resource.type,
        changes,
        after: resource,
      },
      cause,
    );
  }

  putGroup(group: Group, cause: Cause): Change {
    const before = this.#options.estate.group(group.subscriptionId, group.name);
    const kind = before === undefined ? 'Create' : 'Update';
    return this.#record(
      { kind, scope: 'group', target: group.id, targetType: groupType, changes: {}, after: group },
      cause,
    );
  }

  deleteGroup(group: Group, cause: Cause): Change {
    return this.#record(
      {
        kind: 'Delete',
        scope: 'group',
        target: group.id,
        targetType: groupType,
        changes: {},
        after: undefined,
      },
      cause,
    );
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }

  #record(draft: Draft, cause: Cause): Change {
    const sequence = this.#sequence + 1;
    const random = new Random(this.#options.seed, 9, sequence);
    const verb = draft.kind === 'Delete' ? 'delete' : 'write';
    const change: Change = {
      sequence,
      id: random.uuid(),
      at: new Date(this.#now()).toISOString(),
      ...draft,
      subject: cause.subject ?? draft.target,
      operation: cause.operation ?? `${draft.targetType}/${verb}`,
      actor: cause.actor,
      correlationId: cause.correlationId ?? random.uuid(),
    };
    this.#options.append(change);
    this.#sequence = sequence;
    this.#options.estate.apply(change);
    this.#options.log.add(change);
    for (const listener of this.#listeners) listener(change);
    return change;
  }
}

export const groupType = 'Microsoft.Resources/subscriptions/resourceGroups';

function touch(resource: Resource, before: Resource | undefined, now: number, actor: Actor): Resource {
  const at = new Date(now).toISOString();
  const created = before?.systemData ?? { createdBy: actor.id, createdByType: actor.kind, createdAt: at };
  const systemData = {
    ...created,
    lastModifiedBy: actor.id,
    lastModifiedByType: actor.kind,
    lastModifiedAt: at,
  };
  return { ...resource, systemData };
}
