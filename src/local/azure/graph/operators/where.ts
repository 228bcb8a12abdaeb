import type { Cursor } from '../cursor.ts';
import { compile } from '../evaluate.ts';
import { parseExpression } from '../expressionParser.ts';
import { type Column, plain, type Relation, type Source, type Step } from '../relation.ts';
import type { Expression } from '../syntax.ts';

export function where(cursor: Cursor): Step {
  const condition = parseExpression(cursor);
  return (input, context) => {
    const test = compile(condition, input.columns, context);
    const narrowed = conjuncts(condition).reduce((relation, part) => narrow(relation, part), input);
    if (narrowed !== input && conjuncts(condition).length === 1) return narrowed;
    async function* read(after?: string): AsyncGenerator<readonly Source[]> {
      for await (const batch of narrowed.read(after)) {
        const kept = batch.filter((source) => test(source) === true);
        if (kept.length > 0) yield kept;
      }
    }
    return { ...plain(narrowed), read };
  };
}

function conjuncts(expression: Expression): readonly Expression[] {
  return expression.kind === 'and'
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression];
}

/** Lets the table itself skip other subscriptions for `subscriptionId == '…'`, `=~`, `in` and `in~`. */
function narrow(relation: Relation, part: Expression): Relation {
  if (
    relation.narrow === undefined ||
    part.kind !== 'compare' ||
    !['==', '=~', 'in', 'in~'].includes(part.operator)
  ) {
    return relation;
  }
  const { left } = part;
  if (left.kind !== 'column' || !isOwn(relation.columns, left.name)) return relation;
  const ids = part.right.map((item) =>
    item.kind === 'constant' && typeof item.value === 'string' ? item.value : undefined,
  );
  if (ids.includes(undefined)) return relation;
  return relation.narrow(new Set(ids.map((id) => String(id).toLowerCase())));
}

function isOwn(columns: readonly Column[], name: string): boolean {
  return columns.find((column) => column.name === name)?.origin === 'subscriptionId';
}
