/** What a run of the benchmark is told. */
export type BenchContext = {
  /** Smaller sizes: minutes become seconds, and the numbers only say whether something is badly off. */
  readonly isQuick: boolean;
  /** Directory for CPU profiles of the measured processes; undefined: none are taken. */
  readonly profileDir: string | undefined;
  /** A line on standard error. */
  readonly say: (line: string) => void;
};

/** One line of the output. */
export type Measurement = {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** Against what was measured beside it in the same run. */
  readonly ratio?: number;
  readonly target: string;
  /** Undefined where the issue sets no target. */
  readonly met: boolean | undefined;
  readonly details: Readonly<Record<string, unknown>>;
};

/** A file of `figures/`: a name on the command line, and what it measures. */
export type Figure = {
  readonly name: string;
  readonly summary: string;
  /** Takes so long that it runs only when it is named. */
  readonly isExtra?: boolean;
  readonly run: (context: BenchContext) => AsyncIterable<Measurement>;
};
