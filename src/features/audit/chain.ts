import { hash } from 'node:crypto';

/** What is chained: the JSON of an entry as it is stored, the hash of the entry before, and its own. */
export type Link = {
  readonly seq: number;
  readonly json: string;
  readonly previous: string;
  readonly hash: string;
};
/** The newest link as the head row has it. */
export type Head = { readonly seq: number; readonly hash: string };

/** Stands before the first entry. */
export const GENESIS: Head = { seq: 0, hash: '0'.repeat(64) };

/** SHA-256 over the hash of the entry before and the entry's JSON, in hex. */
export function hashLink(previous: string, json: string): string {
  return hash('sha256', `${previous}\n${json}`);
}

export type Verdict = { readonly entries: number; readonly head: Head; readonly problems: readonly string[] };

const MAX_PROBLEMS = 50;

/**
 * Walks the links in order: an entry that was edited, removed, moved or put in between shows as a hash or a number
 * that does not follow. `head` is the head row; `expected` are links that were noted elsewhere.
 */
export async function verifyChain(
  pages: AsyncIterable<readonly Link[]>,
  { head, expected = [] }: { head: Head; expected?: readonly Head[] },
): Promise<Verdict> {
  const problems: string[] = [];
  const wanted = new Map(expected.map((link) => [link.seq, link.hash]));
  let last = GENESIS;
  let entries = 0;
  for await (const page of pages) {
    for (const link of page) {
      entries += 1;
      problems.push(...judge(link, last));
      const noted = wanted.get(link.seq);
      if (noted !== undefined && noted !== link.hash)
        problems.push(`entry ${link.seq} is not the one that was noted`);
      wanted.delete(link.seq);
      last = link;
      if (problems.length >= MAX_PROBLEMS) return { entries, head: last, problems };
    }
  }
  if (last.seq !== head.seq)
    problems.push(
      `the last entry is ${last.seq}, the head says ${head.seq}: entries were removed at the end`,
    );
  else if (last.hash !== head.hash) problems.push(`the head is not that of entry ${last.seq}`);
  for (const seq of wanted.keys()) problems.push(`entry ${seq}, which was noted, is missing`);
  return { entries, head: { seq: last.seq, hash: last.hash }, problems };
}

function judge({ seq, json, previous, hash: own }: Link, last: Head): string[] {
  const problems: string[] = [];
  if (seq !== last.seq + 1)
    problems.push(`after entry ${last.seq} comes ${seq}: ${seq - last.seq - 1} missing`);
  else if (previous !== last.hash)
    problems.push(`entry ${seq} does not follow entry ${last.seq}: one of them is not what it was`);
  if (hashLink(previous, json) !== own)
    problems.push(`entry ${seq} was edited: its hash is not that of its content`);
  return problems;
}
