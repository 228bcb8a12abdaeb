import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '#platform/clock.ts';
import { Failure } from '#platform/failure.ts';
import { isWanted, type Projection } from './document/project.ts';
import { checkAttributes, readAttributes } from './document/read.ts';
import { type MemberStep, readMembers, toMemberSteps } from './members.ts';
import { applySteps } from './patch/apply.ts';
import { type PatchOperation, toSteps } from './patch/operation.ts';
import { checkSchemas, checkVersion, notFound } from './problems.ts';
import { attributesOf, changed, created, type Json, newId, type Resource } from './resource.ts';
import { Searcher } from './search.ts';
import type { Store } from './store/store.ts';

/** A resource before and after a change; the same where nothing changed. */
export type Changed = { readonly before: Resource; readonly after: Resource };
type Change = { readonly attributes: Json; readonly memberSteps: readonly MemberStep[] };

/** A writer that loses this often to others gives up. */
const MAX_ATTEMPTS = 20;

/** The users or the groups of one tenant, as SCIM changes them. */
export class Collection {
  readonly searcher: Searcher;
  readonly store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.store = store;
    this.searcher = new Searcher(store);
    this.#clock = clock;
  }

  /** A new resource out of a body; `id` where it was promised before. @throws ScimFailure */
  async create(body: Json, options: { id?: string | undefined } = {}): Promise<Resource> {
    const { kind } = this.store;
    const now = this.#clock.now();
    const { attributes, memberSteps } = this.#read(body);
    const withDefaults = kind.name === 'User' ? { active: true, ...attributes } : attributes;
    const resource = created(kind, withDefaults, { id: options.id ?? newId(now), now });
    const joining = memberSteps.filter((step) => step.kind === 'add');
    await this.store.insert(resource, await this.store.plan(resource.id, joining));
    return resource;
  }

  /** @throws Failure `notFound` */
  async get(id: string): Promise<Resource> {
    const stored = await this.store.find(id);
    if (!stored) throw notFound(this.store.kind.name, id);
    return stored.resource;
  }

  /** All attributes anew. Who is left out of `active` stays as active as before: no access comes back by omission. */
  replace(id: string, body: Json, ifMatch: string | undefined): Promise<Changed> {
    const { attributes, memberSteps } = this.#read(body);
    return this.#change(id, ifMatch, ({ active }) => ({
      attributes: active === undefined ? attributes : { active, ...attributes },
      memberSteps,
    }));
  }

  /** @throws ScimFailure where an operation cannot be carried out; then none is */
  patch(id: string, operations: readonly PatchOperation[], ifMatch: string | undefined): Promise<Changed> {
    const { kind } = this.store;
    const steps = toSteps(kind, operations);
    const isOfMembers = ({ attribute }: { attribute: { name: string } }) => attribute.name === 'members';
    const memberSteps = steps.filter(isOfMembers).flatMap(toMemberSteps);
    const others = steps.filter((step) => !isOfMembers(step));
    return this.#change(id, ifMatch, (resource) => {
      const attributes = applySteps(kind, attributesOf(resource), others);
      checkAttributes(kind, attributes);
      return { attributes, memberSteps };
    });
  }

  /** Returns what was removed. @throws Failure `notFound`, `preconditionFailed` */
  async remove(id: string, ifMatch: string | undefined): Promise<Resource> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const stored = await this.store.find(id);
      if (!stored) throw notFound(this.store.kind.name, id);
      checkVersion(stored.resource, ifMatch);
      if (await this.store.remove(stored)) return stored.resource;
    }
    throw contended();
  }

  /** Resources with what is kept apart from them, where the answer is to have it. */
  async withAttached(resources: readonly Resource[], projection: Projection): Promise<readonly Json[]> {
    const { kind, attached } = this.store;
    return isWanted(kind, attached, projection) ? this.store.attach(resources) : resources;
  }

  #read(body: Json): Change {
    const { kind } = this.store;
    checkSchemas(body, kind.schema.id);
    const { members, ...attributes } = readAttributes(kind, body);
    checkAttributes(kind, attributes);
    return {
      attributes,
      memberSteps: [{ kind: 'clear' }, { kind: 'add', members: readMembers(members) }],
    };
  }

  /** Reads, changes and writes, again where somebody else was faster; what changes nothing writes nothing. */
  async #change(
    id: string,
    ifMatch: string | undefined,
    change: (resource: Resource) => Change,
  ): Promise<Changed> {
    const { kind } = this.store;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const stored = await this.store.find(id);
      if (!stored) throw notFound(kind.name, id);
      checkVersion(stored.resource, ifMatch);
      const { attributes, memberSteps } = change(stored.resource);
      const members = await this.store.plan(id, memberSteps);
      if (members.length === 0 && isDeepStrictEqual(attributes, attributesOf(stored.resource)))
        return { before: stored.resource, after: stored.resource };
      const resource = changed(kind, stored.resource, { attributes, now: this.#clock.now() });
      if (await this.store.replace(resource, stored, members))
        return { before: stored.resource, after: resource };
    }
    throw contended();
  }
}

function contended(): Failure {
  return new Failure('unavailable', 'the resource is being changed by many at once', {
    next: 'try again',
    retryAfterSeconds: 1,
  });
}
