import type { Cursor } from './cursor.ts';
import { orderBy } from './operators/order.ts';
import { extend, project, projectAway } from './operators/project.ts';
import { count, distinct, summarize } from './operators/summarize.ts';
import { take, top } from './operators/take.ts';
import { where } from './operators/where.ts';
import type { Step } from './relation.ts';

/** The tabular operators: what follows a pipe. Each parses itself and gives the step that it does. */
export const tabularOperators: Readonly<Record<string, (cursor: Cursor) => Step>> = {
  where,
  filter: where,
  project,
  'project-away': projectAway,
  extend,
  order: orderBy,
  sort: orderBy,
  take,
  limit: take,
  top,
  summarize,
  distinct,
  count,
};
