import type { Job } from '#features/jobs/index.ts';
import type { JobView } from '../schema.ts';

/** A job as the API shows it. */
export function toJobView({ id, kind, state, createdAt, updatedAt, parts }: Job): JobView {
  const counts: Record<string, number> = {};
  for (const part of parts)
    for (const [name, count] of Object.entries(part.counts)) counts[name] = (counts[name] ?? 0) + count;
  return {
    id,
    kind,
    state,
    created_at: createdAt,
    updated_at: updatedAt,
    progress: {
      done: parts.filter((part) => part.state === 'succeeded' || part.state === 'failed').length,
      total: parts.length,
    },
    counts,
    parts: parts.map((part) => ({
      part: part.part,
      state: part.state,
      counts: { ...part.counts },
      problems: part.problems.map((problem) => ({ ...problem })),
    })),
  };
}
