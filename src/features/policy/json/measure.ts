import { isArray, type Json } from './json.ts';

/** Depth and number of nodes of a value, found without recursion. */
export interface Size {
  readonly depth: number;
  readonly nodes: number;
}

/** Measures a value, giving up (with what was seen so far) once a limit is passed. */
export function measure(value: Json, limit: Size): Size {
  const stack: [Json, number][] = [[value, 0]];
  let nodes = 0;
  let depth = 0;
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [node, level] = next;
    nodes += 1;
    depth = Math.max(depth, level);
    if (nodes > limit.nodes || depth > limit.depth) break;
    if (typeof node !== 'object' || node === null) continue;
    const members: readonly Json[] = isArray(node) ? node : Object.values(node);
    for (const member of members) stack.push([member, level + 1]);
  }
  return { depth, nodes };
}
