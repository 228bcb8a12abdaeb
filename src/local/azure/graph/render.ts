import type { Page } from './execute.ts';
import type { Column, Source } from './relation.ts';
import { toJson, type Value } from './value.ts';

/** Writes a page as Resource Graph's response, in either format, from the rows' cached texts. */
export function renderPage(page: Page, format: 'objectArray' | 'table'): string {
  const { columns } = page.relation;
  const data = format === 'table' ? renderTable(columns, page.rows) : renderObjects(columns, page.rows);
  const token = page.skipToken === undefined ? '' : `,"$skipToken":${JSON.stringify(page.skipToken)}`;
  const head = `{"totalRecords":${page.total},"count":${page.rows.length},"resultTruncated":"${page.truncated}"`;
  return `${head}${token},"facets":[],"data":${data}}`;
}

export function renderRow(columns: readonly Column[], source: Source): string {
  return renderObject(prepare(columns), source);
}

type Prepared = readonly { readonly prefix: string; readonly column: Column }[];

function prepare(columns: readonly Column[]): Prepared {
  return columns.map((column, index) => ({
    prefix: `${index === 0 ? '{' : ','}${JSON.stringify(column.name)}:`,
    column,
  }));
}

function renderObjects(columns: readonly Column[], rows: readonly Source[]): string {
  const prepared = prepare(columns);
  return `[${rows.map((source) => renderObject(prepared, source)).join(',')}]`;
}

function renderObject(prepared: Prepared, source: Source): string {
  if (prepared.length === 0) return '{}';
  let text = '';
  for (const { prefix, column } of prepared) text += prefix + cell(column, source);
  return `${text}}`;
}

function renderTable(columns: readonly Column[], rows: readonly Source[]): string {
  const head = columns.map((column) => ({
    name: column.name,
    type: typeOf(rows[0] === undefined ? null : column.read(rows[0])),
  }));
  const body = rows.map((source) => `[${columns.map((column) => cell(column, source)).join(',')}]`);
  return `{"columns":${JSON.stringify(head)},"rows":[${body.join(',')}]}`;
}

function cell(column: Column, source: Source): string {
  return column.text?.(source) ?? JSON.stringify(toJson(column.read(source)) ?? null);
}

function typeOf(value: Value): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'boolean') return 'boolean';
  return value !== null && typeof value === 'object' && !(value instanceof Date) ? 'object' : 'string';
}
