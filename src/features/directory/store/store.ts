import type { MemberStep } from '../members.ts';
import type { Json, Resource, Stored } from '../resource.ts';
import type { Kind } from '../schemas/kind.ts';
import type { Documents } from './documents.ts';
import type { MemberChange } from './memberRows.ts';

/** Where the resources of one kind of one tenant are kept. */
export interface Store {
  readonly kind: Kind;
  readonly documents: Documents;
  /** The attribute that is kept apart from the resource, and only read where it is asked for. */
  readonly attached: 'groups' | 'members';
  find(id: string): Promise<Stored | undefined>;
  /** What steps would change in the members, as of now. */
  plan(id: string, steps: readonly MemberStep[]): Promise<MemberChange[]>;
  /** @throws ScimFailure `uniqueness` */
  insert(resource: Resource, changes: readonly MemberChange[]): Promise<void>;
  /** False where it was changed meanwhile; nothing is written then. @throws ScimFailure `uniqueness` */
  replace(resource: Resource, stored: Stored, changes: readonly MemberChange[]): Promise<boolean>;
  /** False where it was changed meanwhile. */
  remove(stored: Stored): Promise<boolean>;
  /** Ids of those that can have these values, where an index tells. */
  narrow(equal: ReadonlyMap<string, string>): Promise<string[] | undefined>;
  attach(resources: readonly Resource[]): Promise<Json[]>;
}
