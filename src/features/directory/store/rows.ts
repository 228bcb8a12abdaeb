import { hash } from 'node:crypto';
import type { TableDeclaration } from '#platform/tables.ts';
import { fold } from '../text.ts';

export const directoryTable: TableDeclaration = {
  name: 'directory',
  description: 'Users and groups that an identity provider provisions over SCIM, and who is in which group.',
  keys: 'PartitionKey = tenant|users: `r|ID` user, `n|HASH` who has a user name, `x|HASH` who has an external id, each with whether that user is active (one who was deleted is not): signing in costs one point read. PartitionKey = tenant|groups: `r|ID` group without its members, `n|HASH` who has a display name, `m|GROUP|HASH` member, `u|HASH|GROUP` the same the other way round, `p|GROUP|NUMBER` member changes that are still to be carried out. In both, `v` changes with every write, `v|names` with every name of a group. PartitionKey = !unfinished, RowKey = tenant|kind|ID|random: what a process that died may have left halfway; the sweep finishes it.',
};

/** Whom a name belongs to; `gone`: to somebody who was deleted, until another user has it. */
export type Entry = { readonly id: string; readonly active: boolean; readonly gone?: boolean };

/** A key of any text in any case: names may hold what a row key may not. */
export function keyOf(text: string): string {
  return exactKeyOf(fold(text));
}

/** A key of any text as it is. */
export function exactKeyOf(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 32);
}
