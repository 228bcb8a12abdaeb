import type { Edit } from './edit.ts';
import { growDisk, power, resize } from './edits/machines.ts';
import { editSubnet, openPort } from './edits/network.ts';
import { settings } from './edits/settings.ts';
import { retag } from './edits/tags.ts';

/** Every kind of edit that drift makes. */
export const edits: readonly Edit[] = [retag, ...settings, resize, power, growDisk, openPort, editSubnet];

/** The edits that suit a type in lower case. */
export function editsFor(type: string): readonly Edit[] {
  return edits.filter((edit) => edit.types === 'all' || edit.types.includes(type));
}
