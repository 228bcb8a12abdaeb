import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** One labelled case, as its file has it. */
export type LabelledCase = Readonly<Record<string, unknown>> & { readonly note: string };

/** A file of labelled cases. */
export interface CaseFile {
  readonly path: string;
  /** Keys beside `cases`: aliases, aliases_json, builtin, policy_rule … */
  readonly shared: Readonly<Record<string, unknown>>;
  readonly cases: readonly LabelledCase[];
}

/** What became of a case. */
export type CaseResult =
  | { readonly verdict: 'passed' }
  | { readonly verdict: 'skipped'; readonly reason: string }
  | { readonly verdict: 'failed'; readonly reason: string };

export const passed: CaseResult = { verdict: 'passed' };

export function failed(reason: string): CaseResult {
  return { verdict: 'failed', reason };
}

/** Reads a YAML file of cases; null when it holds none. @throws when it is not YAML */
export function readCaseFile(path: string): CaseFile | null {
  const document: unknown = parse(readFileSync(path, 'utf8'));
  if (!isRecord(document) || !Array.isArray(document.cases)) return null;
  const { cases, ...shared } = document;
  const labelled = cases.map((each, i) => ({ ...(isRecord(each) ? each : {}), note: noteOf(each, i) }));
  return { path, shared, cases: labelled };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A scalar as text; '' for everything else. */
export function wordOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** What a case is called; by its place where it has no note. */
function noteOf(value: unknown, index: number): string {
  return (isRecord(value) ? wordOf(value.note) : '') || `case ${index + 1}`;
}
