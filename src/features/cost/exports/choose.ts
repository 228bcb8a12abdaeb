import { ExportManifest } from '../azure.ts';
import { lastDay, type Month } from '../days.ts';
import type { Metric } from '../lines.ts';

/** A run of an export, and the files that it wrote. */
export type ExportRun = {
  readonly id: string;
  /** When it was asked for: a later run of the same days counts instead. */
  readonly submitted: string;
  readonly from: string;
  readonly to: string;
  readonly isFocus: boolean;
  readonly blobs: readonly string[];
};

/** Runs that hold costs of the kind that is kept, and how many manifests could not be read. */
export function runsIn(
  manifests: readonly unknown[],
  metric: Metric,
): { runs: ExportRun[]; malformed: number } {
  const runs: ExportRun[] = [];
  let malformed = 0;
  for (const document of manifests) {
    const { data } = ExportManifest.safeParse(document);
    if (!data) {
      malformed += 1;
      continue;
    }
    const { exportConfig, runInfo, blobs } = data;
    const type = exportConfig?.type?.toLowerCase() ?? '';
    const isFocus = type.startsWith('focus');
    // `Usage` is what actual cost was called before.
    const wanted = metric === 'ActualCost' ? ['actualcost', 'usage', ''] : ['amortizedcost'];
    if (!isFocus && !wanted.includes(type)) continue;
    runs.push({
      id: runInfo.runId,
      submitted: runInfo.submittedTime,
      from: runInfo.startDate.slice(0, 10),
      to: runInfo.endDate.slice(0, 10),
      isFocus,
      blobs: blobs.map(({ blobName }) => blobName),
    });
  }
  return { runs, malformed };
}

/** The newest run of a month: of those that reach farthest into it, the one that was asked for last. */
export function newestOf(runs: readonly ExportRun[], month: Month): ExportRun | undefined {
  const [first, last] = [`${month}-01`, lastDay(month)];
  return runs
    .filter(({ from, to }) => from <= first && to >= first)
    .toSorted((left, right) => {
      const reach = ({ to }: ExportRun) => (to > last ? last : to);
      return reach(right).localeCompare(reach(left)) || right.submitted.localeCompare(left.submitted);
    })[0];
}
