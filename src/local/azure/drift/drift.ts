import type { Resource } from '../estate/model.ts';
import { pickApplication, pickPerson } from '../estate/people.ts';
import { Random } from '../estate/random.ts';
import { isUnattached } from '../estate/types/disk.ts';
import type { Actor, Change } from '../state/change.ts';
import type { Estate } from '../state/estate.ts';
import type { Recorder } from '../state/recorder.ts';
import { newResource, type Place } from './create.ts';
import type { Edit } from './edit.ts';
import { power } from './edits/machines.ts';
import { editsFor } from './edits.ts';

export type DriftOptions = { readonly estate: Estate; readonly recorder: Recorder; readonly seed: number };

const attempts = 40;

/** Changes the estate as people and pipelines do: edits, new resources, deletions. */
export class Drift {
  readonly #options: DriftOptions;
  #timer: NodeJS.Timeout | undefined;
  #rate = 0;

  constructor(options: DriftOptions) {
    this.#options = options;
  }

  get rate(): number {
    return this.#rate;
  }

  /** Sets the changes a second (0 stops), at irregular moments as a Poisson process has them. */
  setRate(rate: number): void {
    this.#rate = rate;
    clearTimeout(this.#timer);
    if (rate > 0) this.#schedule(performance.now());
  }

  /** Makes n changes now. Fewer come back only where the estate has nothing left to change. */
  change(n: number): readonly Change[] {
    const changes: Change[] = [];
    for (let index = 0; index < n; index++) {
      const change = this.#once();
      if (change !== undefined) changes.push(change);
    }
    return changes;
  }

  #schedule(from: number): void {
    const random = new Random(this.#options.seed, 11, this.#options.recorder.sequence);
    const due = from - (Math.log(1 - random.next()) / this.#rate) * 1000;
    this.#timer = setTimeout(
      () => {
        this.#once();
        this.#schedule(Math.max(due, performance.now() - 1000));
      },
      Math.max(0, due - performance.now()),
    );
  }

  #once(): Change | undefined {
    const number = this.#options.recorder.sequence;
    const random = new Random(this.#options.seed, 12, number);
    const actor = actorFrom(random);
    const kind = random.weighted([
      ['edit', 56],
      ['power', 6],
      ['create', 20],
      ['delete', 18],
    ]);
    if (kind === 'create') return this.#create(random, actor, number);
    if (kind === 'delete') return this.#delete(random, actor) ?? this.#create(random, actor, number);
    const only = kind === 'power' ? power : undefined;
    return this.#edit(random, actor, only) ?? this.#create(random, actor, number);
  }

  #edit(random: Random, actor: Actor, only?: Edit): Change | undefined {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const resource = this.#pick(random);
      if (resource === undefined || (only !== undefined && !suits(only, resource))) continue;
      const edited = (only ?? pickEdit(resource, random))?.apply(resource, random);
      if (edited === undefined || JSON.stringify(edited.resource) === JSON.stringify(resource)) continue;
      const { subject, operation, isAction } = edited;
      const cause = { actor, subject, operation };
      return isAction === true
        ? this.#options.recorder.act(edited.resource, cause)
        : this.#options.recorder.put(edited.resource, cause);
    }
    return undefined;
  }

  #create(random: Random, actor: Actor, number: number): Change | undefined {
    const place = this.#place(random);
    if (place === undefined) return undefined;
    const { recorder, seed } = this.#options;
    return recorder.put(newResource(place, random, { seed, number, now: Date.now() }), { actor });
  }

  #delete(random: Random, actor: Actor): Change | undefined {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const resource = this.#pick(random);
      if (resource !== undefined && isDisposable(resource))
        return this.#options.recorder.delete(resource, { actor });
    }
    return undefined;
  }

  #pick(random: Random): Resource | undefined {
    const place = this.#place(random);
    if (place === undefined) return undefined;
    const rows = this.#options.estate.rows(place.subscription.id, place.group.name.toLowerCase());
    return rows[random.int(0, Math.max(0, rows.length - 1))]?.resource;
  }

  #place(random: Random): Place | undefined {
    const { estate } = this.#options;
    const subscription = estate.subscriptions[random.int(0, estate.subscriptions.length - 1)];
    if (subscription === undefined) return undefined;
    const keys = estate.groupKeys(subscription.id).filter((key) => key !== '');
    const key = keys[random.int(0, Math.max(0, keys.length - 1))];
    const group = key === undefined ? undefined : estate.group(subscription.id, key);
    return group && { subscription, group, tenantId: estate.tenantId };
  }
}

function suits(edit: Edit, resource: Resource): boolean {
  return edit.types === 'all' || edit.types.includes(resource.type.toLowerCase());
}

/** Mostly an edit of the type's own, else one that suits all types. */
function pickEdit(resource: Resource, random: Random): Edit | undefined {
  const edits = editsFor(resource.type.toLowerCase());
  const own = edits.filter((edit) => edit.types !== 'all');
  const from = own.length > 0 && random.chance(0.75) ? own : edits;
  return from[random.int(0, from.length - 1)];
}

function actorFrom(random: Random): Actor {
  const address = `198.51.100.${random.int(1, 254)}`;
  if (random.chance(0.5)) {
    const person = pickPerson(random);
    const client = random.pick(['Azure Portal', 'Azure CLI', 'Azure PowerShell']);
    return { kind: 'User', id: person.upn, name: person.name, objectId: person.objectId, client, address };
  }
  const { appId, name, objectId } = pickApplication(random);
  return { kind: 'Application', id: appId, name, objectId, client: 'ARM Template', address };
}

const disposable = new Set([
  'microsoft.compute/snapshots',
  'microsoft.compute/virtualmachines/extensions',
  'microsoft.insights/metricalerts',
  'microsoft.logic/workflows',
  'microsoft.sql/servers/databases',
]);

/** Named after the short-lived applications of `newResource`. */
const madeByDrift = /^[a-z-]+?(adhoc|poc|migration|hotfix)/;

/** What can go without anything else pointing at it. */
function isDisposable(resource: Resource): boolean {
  const type = resource.type.toLowerCase();
  if (type === 'microsoft.compute/disks') return isUnattached(resource);
  if (type === 'microsoft.network/publicipaddresses') {
    return (
      resource.properties?.ipConfiguration === undefined && resource.properties?.natGateway === undefined
    );
  }
  return (disposable.has(type) && resource.name !== 'master') || madeByDrift.test(resource.name);
}
