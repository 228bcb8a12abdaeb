import { setImmediate } from 'node:timers/promises';
import { firstAtOrAfter, groupOrder } from '../../state/estate.ts';
import { type Row, resourceColumns } from '../../state/row.ts';
import type { Column, Relation, Source } from '../relation.ts';
import type { TableScope } from './scope.ts';

const columns: readonly Column[] = resourceColumns.map((name, index) => ({
  name,
  origin: name,
  read: (source) => (source as Row).read(name),
  text: (source) => (source as Row).text(index, name),
}));

/** After so long the event loop gets its turn, in milliseconds. */
const slice = 15;

/** All resources in the order of their ids, without regard to case. */
export function resources(scope: TableScope): Relation {
  return {
    columns,
    read: (after) => scan(scope, after),
    position: (source) => (source as Row).key,
    narrow: (ids) =>
      resources({
        ...scope,
        subscriptionIds: scope.subscriptionIds.filter((id) => ids.has(id.toLowerCase())),
      }),
    ...(scope.lagMilliseconds > 0 ? {} : { size: () => total(scope) }),
  };
}

function total(scope: TableScope): number {
  return scope.subscriptionIds.reduce((sum, id) => sum + scope.estate.count(id), 0);
}

async function* scan(scope: TableScope, after: string | undefined): AsyncGenerator<readonly Source[]> {
  const { estate, lagMilliseconds } = scope;
  const at = scope.now - lagMilliseconds;
  const start = after === undefined ? undefined : startOf(after);
  let began = performance.now();
  for (const id of scope.subscriptionIds) {
    const lower = id.toLowerCase();
    if (start !== undefined && lower < start.subscription) continue;
    const resumed = start?.subscription === lower ? start : undefined;
    for (const key of estate.groupKeys(id)) {
      if (resumed !== undefined && groupOrder(key) < resumed.order) continue;
      const rows = lagMilliseconds > 0 ? estate.rowsAt(id, key, at) : estate.rows(id, key);
      const here =
        resumed !== undefined && groupOrder(key) === resumed.order
          ? rows.slice(firstAtOrAfter(rows, `${after}\u0000`))
          : rows;
      if (here.length > 0) yield here;
      if (performance.now() - began < slice) continue;
      await setImmediate();
      began = performance.now();
    }
  }
}

/** The subscription and group in which a position lies. */
function startOf(position: string): { readonly subscription: string; readonly order: string } {
  const [, , subscription = '', segment, group = ''] = position.split('/');
  return { subscription, order: segment === 'resourcegroups' ? `${group}/` : '' };
}
