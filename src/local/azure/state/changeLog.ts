import type { Change } from './change.ts';

export type LoggedChange = Omit<Change, 'after'>;

const retentionMilliseconds = 14 * 86_400_000;
/** About 1 KB each. Real Resource Graph is bound by time alone. */
const capacity = 200_000;

/** The changes of the last 14 days, oldest first, as `resourcechanges` lists them. */
export class ChangeLog {
  #entries: LoggedChange[] = [];

  add(change: Change): void {
    const isAction = change.kind === 'Action';
    if (change.scope !== 'resource' || (isAction && Object.keys(change.changes).length === 0)) return;
    const { after: _after, ...logged } = change;
    this.#entries.push(isAction ? { ...logged, kind: 'Update' } : logged);
    if (this.#entries.length > capacity * 1.1) this.#entries = this.#entries.slice(-capacity);
  }

  /** Those made between 14 days before `now` and `now`. */
  list(now: number): readonly LoggedChange[] {
    const oldest = now - retentionMilliseconds;
    const isRecent = (change: LoggedChange): boolean => {
      const at = Date.parse(change.at);
      return at >= oldest && at <= now;
    };
    return this.#entries.filter(isRecent);
  }
}
