import type { Room } from './room.ts';

/** How often it is looked whether a subscription has been read to its end. */
const LOOK_MS = 2_000;
/** A subscription that cannot be read to its end is evaluated as far as it is known. */
const PATIENCE_MS = 15 * 60_000;

/**
 * Whether a subscription is being read for the first time: nothing of it has been judged, everything of it comes
 * within minutes, and each resource would be judged again as those that it depends on come.
 */
export async function isReadFirst(segment: string, { inventory, settled }: Room): Promise<boolean> {
  if (settled.has(segment)) return false;
  const known = (await inventory.segments.list()).find((each) => each.segment === segment);
  const isFirst = known?.state !== undefined && known.lastSynced === undefined;
  if (!isFirst) settled.add(segment);
  return isFirst;
}

/**
 * Leaves what came to one whole evaluation once the subscription has been read: one message a moment, however many ask
 * for it. `before`: the look that found it still being read; the next is another one, whatever the clocks say.
 */
export async function awaitFirstRead(
  segment: string,
  before: { readonly since: string; readonly turn: number } | undefined,
  room: Room,
): Promise<void> {
  const now = room.clock.now();
  const turn = Math.max(before?.turn ?? 0, Math.floor(now.getTime() / LOOK_MS)) + 1;
  const since = before?.since ?? now.toISOString();
  const body = { kind: 'first' as const, tenantId: room.tenantId, segment, since, turn };
  await room.enqueue([{ body, name: `first|${segment}|${turn}`, notBefore: new Date(turn * LOOK_MS) }]);
}

/** Whether what is waited for since a moment (ISO 8601) still may come. */
export function hasPatience(since: string, { clock }: Room): boolean {
  return clock.now().getTime() - Date.parse(since) < PATIENCE_MS;
}
