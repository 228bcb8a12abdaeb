import type { Cursor } from '../cursor.ts';
import { compile, findColumn } from '../evaluate.ts';
import { parseExpression } from '../expressionParser.ts';
import type { Column, QueryContext, Step } from '../relation.ts';
import { type Expression, nameOf } from '../syntax.ts';

type Item = { readonly name: string; readonly expression: Expression };

/** Parses `name = expression`, or an expression that names itself. */
export function parseItem(cursor: Cursor, index: number): Item {
  if (cursor.peek().kind === 'word' && cursor.isAt('=', 1)) {
    const name = cursor.word();
    cursor.expect('=');
    return { name, expression: parseExpression(cursor) };
  }
  const expression = parseExpression(cursor);
  return { name: nameOf(expression, index), expression };
}

export function toColumn(item: Item, columns: readonly Column[], context: QueryContext): Column {
  if (item.expression.kind === 'column')
    return { ...findColumn(columns, item.expression.name), name: item.name };
  return { name: item.name, read: compile(item.expression, columns, context) };
}

function parseItems(cursor: Cursor): readonly Item[] {
  let index = 0;
  return cursor.list(() => parseItem(cursor, index++));
}

export function project(cursor: Cursor): Step {
  const items = parseItems(cursor);
  return (input, context) => ({
    ...input,
    columns: items.map((item) => toColumn(item, input.columns, context)),
  });
}

export function extend(cursor: Cursor): Step {
  const items = parseItems(cursor);
  return (input, context) => {
    let columns = input.columns;
    for (const item of items) {
      const added = toColumn(item, columns, context);
      const replaces = columns.some((column) => column.name === added.name);
      columns = replaces
        ? columns.map((column) => (column.name === added.name ? added : column))
        : [...columns, added];
    }
    return { ...input, columns };
  };
}

export function projectAway(cursor: Cursor): Step {
  const names = cursor.list(() => cursor.word());
  return (input) => {
    for (const name of names) findColumn(input.columns, name);
    return { ...input, columns: input.columns.filter((column) => !names.includes(column.name)) };
  };
}
