import { hash } from 'node:crypto';
import type { Row, TableDeclaration } from '#platform/tables.ts';
import type { Resource } from '../resource.ts';

export const directoryTable: TableDeclaration = {
  name: 'directory',
  description: 'Users and groups that an identity provider provisions over SCIM, and who is in which group.',
  keys: 'PartitionKey = tenant|users: `r|ID` user, `n|HASH` who has a user name, `x|HASH` who has an external id, each with whether that user is active: signing in costs one point read. PartitionKey = tenant|groups: `r|ID` group without its members, `n|HASH` who has a display name, `m|GROUP|HASH` member, `u|HASH|GROUP` the same the other way round, `p|GROUP|NUMBER` member changes that are still to be carried out. In both, `v` changes with every write, `v|names` with every name of a group.',
};

/** A string property holds 64 KiB of UTF-16. */
const PIECE = 30_000;

/** How text is compared where case does not matter (RFC 7643 section 2.3.1), so that an index finds what a filter would. */
export function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** Whether a text can be an id of ours. */
export function isId(text: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(text);
}

/** A key of any text: names may hold what a row key may not. */
export function keyOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 32);
}

/** Columns that hold a text. */
export function splitText(text: string): Row {
  const columns: Row = {};
  for (let at = 0; at < text.length; at += PIECE) columns[`body${at / PIECE}`] = text.slice(at, at + PIECE);
  return columns;
}

export function joinText(row: Row): string {
  let text = '';
  for (let piece = 0; typeof row[`body${piece}`] === 'string'; piece += 1) text += row[`body${piece}`];
  return text;
}

export function toResource(row: Row): Resource {
  return JSON.parse(joinText(row)) as Resource;
}
