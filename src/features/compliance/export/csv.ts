import type { Finding } from '../schema.ts';

const COLUMNS: readonly (readonly [name: string, of: (finding: Finding) => string | null | undefined])[] = [
  ['id', ({ id }) => id],
  ['state', ({ state }) => state],
  ['severity', ({ severity }) => severity],
  ['since', ({ since }) => since],
  ['resource_id', ({ resource_id }) => resource_id],
  ['resource_name', ({ resource_name }) => resource_name],
  ['resource_type', ({ resource_type }) => resource_type],
  ['subscription_id', ({ subscription_id }) => subscription_id],
  ['resource_group', ({ resource_group }) => resource_group],
  ['policy_id', ({ policy_id }) => policy_id],
  ['policy_name', ({ policy_name }) => policy_name],
  ['policy_definition_id', ({ policy_definition_id }) => policy_definition_id],
  ['assignment_id', ({ assignment_id }) => assignment_id],
  ['assignment_name', ({ assignment_name }) => assignment_name],
  ['initiative_id', ({ initiative_id }) => initiative_id],
  ['reference_id', ({ reference_id }) => reference_id],
  ['frameworks', ({ frameworks }) => frameworksText(frameworks)],
];

/** The first line of the file. */
export const csvHeader = `${COLUMNS.map(([name]) => name).join(',')}\r\n`;

/** A line of CSV (RFC 4180). */
export function toCsvLine(finding: Finding): string {
  return `${COLUMNS.map(([, of]) => csvField(of(finding) ?? '')).join(',')}\r\n`;
}

/**
 * A field, quoted where it must be. Text that a spreadsheet would take for a formula gets an apostrophe in front.
 * Source: OWASP, "CSV Injection".
 */
export function csvField(text: string): string {
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function frameworksText(frameworks: Finding['frameworks']): string {
  return Object.entries(frameworks)
    .map(([name, controls]) => `${name}: ${controls.join(' ')}`)
    .join('; ');
}
