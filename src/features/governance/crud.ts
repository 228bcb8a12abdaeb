import { armIdOf, keyOf, shortId } from './ids.ts';
import type { GovernanceChange, Kind, Records } from './model.ts';
import { changedMeanwhile, inUse, noSuch, notOurs, taken } from './refusals.ts';
import type { Room } from './room.ts';
import { rowKeyOf } from './rows.ts';
import { etagOf, toView, type Views } from './view.ts';

/** Who wants it, and what he has seen before. */
export type Condition = { readonly by: string; readonly ifMatch?: string | undefined };

/** What is particular to a kind of record. */
export type Craft<K extends Kind, Input> = {
  readonly kind: K;
  /** By short id or ARM id. */
  readonly find: (room: Room, id: string) => Promise<Records[K] | undefined>;
  /** The record that an input asks for, checked. `before`: the one that it replaces. @throws Failure */
  readonly make: (
    room: Room,
    input: Input,
    context: { readonly armId: string; readonly before: Records[K] | undefined; readonly by: string },
  ) => Promise<Records[K]>;
  /** What refers to a record, as of a revision. */
  readonly usersOf: (room: Room, record: Records[K], revision: string) => Promise<readonly string[]>;
};

export type Shown<K extends Kind> = { readonly view: Views[K]; readonly etag: string };

/** @throws Failure `notFound` */
export async function show<K extends Kind, Input>(
  room: Room,
  craft: Craft<K, Input>,
  id: string,
): Promise<Shown<K>> {
  const record = await craft.find(room, id);
  if (!record) throw noSuch(craft.kind, id);
  return shown(room, craft.kind, record);
}

/** Creates a record. @throws Failure `conflict` where the id is taken; whatever `make` refuses */
export async function create<K extends Kind, Input>(
  room: Room,
  craft: Craft<K, Input>,
  input: Input,
  condition: Condition & { readonly armId: string },
): Promise<Shown<K>> {
  const { armId, by } = condition;
  let made: Records[K] | undefined;
  await room.change(async () => {
    const existing = await craft.find(room, armId);
    if (existing) throw taken(craft.kind, existing);
    made = await craft.make(room, input, { armId, before: undefined, by });
    return { changes: [changeOf(craft.kind, 'created', made)] };
  });
  if (!made) throw noSuch(craft.kind, armId);
  return shown(room, craft.kind, made);
}

/**
 * Replaces a record, or creates it where the id is an ARM id of ours that is free. The same again writes nothing.
 * @throws Failure `notFound`, `conflict` for what is not ours, `preconditionFailed`; whatever `make` refuses
 */
export async function put<K extends Kind, Input>(
  room: Room,
  craft: Craft<K, Input>,
  input: Input,
  condition: Condition & { readonly id: string; readonly isOwnId: (id: string) => boolean },
): Promise<Shown<K> & { readonly isNew: boolean }> {
  const { kind } = craft;
  const { id, by, ifMatch } = condition;
  let made: Records[K] | undefined;
  let isNew = false;
  await room.change(async () => {
    const before = await craft.find(room, id);
    requireMatch(room, { kind, before, ifMatch });
    if (!before && !condition.isOwnId(id)) throw noSuch(kind, id);
    if (before && before.origin !== 'custom') throw notOurs(kind, before);
    const armId = before ? armIdOf(kind, before) : id;
    const next = await craft.make(room, input, { armId, before, by });
    isNew = !before;
    const isSame = before !== undefined && contentOf(before) === contentOf(next);
    made = isSame ? before : next;
    return isSame ? undefined : { changes: [changeOf(kind, before ? 'updated' : 'created', next)] };
  });
  if (!made) throw noSuch(kind, id);
  return { ...shown(room, kind, made), isNew };
}

/** @throws Failure `notFound`, `preconditionFailed`, `conflict` for what is not ours or is in use */
export async function remove<K extends Kind, Input>(
  room: Room,
  craft: Craft<K, Input>,
  condition: Condition & { readonly id: string },
): Promise<{ readonly id: string; readonly arm_id: string; readonly deleted: true }> {
  const { kind } = craft;
  const { id, ifMatch } = condition;
  let gone: Records[K] | undefined;
  await room.change(async (revision) => {
    const before = await craft.find(room, id);
    if (!before) throw noSuch(kind, id);
    requireMatch(room, { kind, before, ifMatch });
    if (before.origin !== 'custom') throw notOurs(kind, before);
    const users = await craft.usersOf(room, before, revision);
    if (users.length > 0) throw inUse(kind, users);
    gone = before;
    return { changes: [changeOf(kind, 'deleted', before)] };
  });
  if (!gone) throw noSuch(kind, id);
  return { id: gone.id, arm_id: armIdOf(kind, gone), deleted: true };
}

/** Finds a record that only the table holds. */
export async function findStored<K extends Kind>(
  room: Room,
  kind: K,
  id: string,
): Promise<Records[K] | undefined> {
  const key = keyOf(kind, id);
  return key === undefined ? undefined : room.store.find(kind, rowKeyOf(kind, key));
}

/** Id and times of a record that is about to be written. */
export function identity<K extends Kind>(
  room: Room,
  kind: K,
  context: { readonly armId: string; readonly before: Records[K] | undefined; readonly by: string },
) {
  return {
    ...room.provenance(context.by, context.before),
    id: shortId(kind, context.armId),
    origin: 'custom' as const,
  };
}

export function shown<K extends Kind>(room: Room, kind: K, record: Records[K]): Shown<K> {
  const view = toView(kind, record, room.clock.now());
  return { view, etag: etagOf(view) };
}

export function requireMatch<K extends Kind>(
  room: Room,
  state: {
    readonly kind: K;
    readonly before: Records[K] | undefined;
    readonly ifMatch: string | undefined;
  },
): void {
  const { kind, before, ifMatch } = state;
  if (ifMatch === undefined) return;
  const isMatch = before && (ifMatch === '*' || shown(room, kind, before).etag === ifMatch);
  if (!isMatch) throw changedMeanwhile(kind);
}

export function changeOf<K extends Kind>(
  kind: K,
  change: GovernanceChange['change'],
  record: Records[K],
): GovernanceChange {
  return { kind, change, record } as unknown as GovernanceChange;
}

/** What a record says, apart from who wrote it and when. */
function contentOf(record: Records[Kind]): string {
  const { createdAt: _, createdBy: __, updatedAt: ___, updatedBy: ____, ...content } = record;
  return JSON.stringify(content);
}
