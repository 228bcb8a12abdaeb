import type { Base } from './base.ts';
import { CorruptData } from './dataDirectory.ts';

export function fileBase(path: string): Base {
  throw new CorruptData(`${path}: loading an exported estate is not there yet`);
}
