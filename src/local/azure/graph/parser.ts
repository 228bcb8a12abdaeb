import { Cursor } from './cursor.ts';
import { parserFailure, unsupported } from './failure.ts';
import { tokenise } from './lexer.ts';
import { tabularOperators } from './operators.ts';
import type { Step } from './relation.ts';

export type Query = { readonly table: string; readonly steps: readonly Step[] };

/**
 * Parses the subset of Kusto that the simulator runs. A query may begin with a table or at once with an operator on
 * `resources`. Throws `QueryFailure` for anything else.
 */
export function parseQuery(text: string): Query {
  const cursor = new Cursor(tokenise(text));
  const first = cursor.peek();
  if (first.kind !== 'word') throw parserFailure(first, 'table');
  const steps: Step[] = [];
  let table = 'resources';
  if (tabularOperators[first.value.toLowerCase()] === undefined || cursor.isAt('|', 1))
    table = cursor.word().toLowerCase();
  else steps.push(parseOperator(cursor));
  while (cursor.take('|')) steps.push(parseOperator(cursor));
  const rest = cursor.peek();
  if (rest.kind !== 'end') throw parserFailure(rest);
  return { table, steps };
}

function parseOperator(cursor: Cursor): Step {
  const token = cursor.peek();
  let name = cursor.word().toLowerCase();
  if (cursor.isAt('-') && cursor.peek(1).kind === 'word') {
    cursor.next();
    name = `${name}-${cursor.word().toLowerCase()}`;
  }
  const operator = tabularOperators[name];
  if (operator === undefined) throw unsupported({ ...token, text: name });
  return operator(cursor);
}
