import type { TableDeclaration, Tables } from '../../src/platform/tables.ts';

type Position = { version: number; next: string; rewritten: number; rows: number; finishedAt: string };

/** Where a table is on its way to a version. `rewritten` counts rows of the pass at hand. */
export type Progress = Omit<Position, 'next'> & { readonly isFinished: boolean };

const KEY = 'rewrite';

/** How far the rows of a table are; undefined where nobody has begun. */
export async function progressOf(
  tables: Tables,
  table: TableDeclaration,
  version: number,
): Promise<Progress | undefined> {
  const position = await tables.open(table).system('schema').get<Position>(KEY);
  if (position?.version !== version) return undefined;
  const { rows, rewritten, finishedAt } = position;
  return { version, rows, rewritten, finishedAt, isFinished: finishedAt !== '' };
}

/**
 * Rewrites the rows of a table until a whole pass finds none that is old. Where it is, is kept in the table, so that
 * a run that was killed is gone on with. Returns how many rows the last pass read.
 */
export async function rewriteTable(
  tables: Tables,
  table: TableDeclaration,
  options: { readonly version: number; readonly say: (progress: Progress) => void },
): Promise<number> {
  const { version, say } = options;
  const place = tables.open(table).system('schema');
  const found = await place.get<Position>(KEY);
  const begin: Position = { version, next: '', rewritten: 0, rows: 0, finishedAt: '' };
  let position = found?.version === version ? toPosition(found) : begin;
  while (position.finishedAt === '') {
    for await (const page of tables.rewrite(table, position.next || undefined)) {
      const rewritten = position.rewritten + page.rewritten;
      const isLast = page.next === undefined;
      const finishedAt = isLast && rewritten === 0 ? new Date().toISOString() : '';
      position = { version, next: page.next ?? '', rewritten, rows: position.rows + page.rows, finishedAt };
      await place.write({ kind: 'upsert', rowKey: KEY, row: position });
      say({ ...position, isFinished: finishedAt !== '' });
    }
    if (position.finishedAt === '') position = begin;
  }
  return position.rows;
}

function toPosition({ version, next, rewritten, rows, finishedAt }: Position): Position {
  return { version, next, rewritten, rows, finishedAt };
}
