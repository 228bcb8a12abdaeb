/** What is wrong with a template or its parameters, at a JSON path. */
export type TemplateProblem = { readonly path: string; readonly reason: string };

/** Ends the expansion of one part; the parts beside it go on, so that every problem is told at once. */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault';
  readonly path: string;

  constructor(path: string, reason: string) {
    super(reason);
    this.path = path;
  }
}

/** Runs a part; what is wrong with it is noted and the part is left out. */
export function attempt<T>(problems: TemplateProblem[], path: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    problems.push({ path: error.path || path, reason: error.message });
    return undefined;
  }
}
