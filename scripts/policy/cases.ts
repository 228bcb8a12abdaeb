import { statSync } from 'node:fs';
import { azureSemantics, regorusSemantics } from '../../src/features/policy/index.ts';
import { explainDisagreement, reasons } from './cases/decisions.ts';
import { findCases, type RunnableCase } from './cases/suite.ts';
import { UsageError } from './cli/files.ts';
import { runCommand, textOption } from './cli/run.ts';

const help = `Runs labelled cases of the Azure Policy language.

  cases.ts DIR [--semantics azure|regorus] [--verbose]

Every YAML file below DIR is run; a file's alias table is looked up in azure_policy/aliases below DIR.
--semantics regorus (the default) is what the cases assume; with azure, each disagreement is traced to our decision.
--verbose prints passed cases and the reasons of failures too.
Exit code 0: no failure but by decision; 1: failures; 2: the input cannot be read.`;

const presets = { azure: azureSemantics, regorus: regorusSemantics };

interface Failure {
  readonly label: string;
  readonly reason: string;
  /** The decisions that explain it; null when none do. */
  readonly decisions: readonly (keyof typeof reasons)[] | null;
}

runCommand({
  help,
  options: { semantics: { type: 'string' }, verbose: { type: 'boolean' } },
  run(values, [directory, ...rest]) {
    if (directory === undefined || rest.length > 0) throw new UsageError('expected one DIR (see --help)');
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory())
      throw new UsageError(`${directory} is not a directory`);
    const name = textOption(values, 'semantics') ?? 'regorus';
    if (name !== 'azure' && name !== 'regorus')
      throw new UsageError(`--semantics is azure or regorus, not ${name}`);
    return runAll(readCases(directory), name, values.verbose === true);
  },
});

function readCases(directory: string): RunnableCase[] {
  try {
    return findCases(directory);
  } catch (cause) {
    throw new UsageError(`cannot read the cases: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function runAll(cases: readonly RunnableCase[], name: keyof typeof presets, verbose: boolean): number {
  const failures: Failure[] = [];
  let passed = 0;
  let skipped = 0;
  for (const runnable of cases) {
    const result = runnable.run(presets[name]);
    if (result.verdict === 'passed') passed += 1;
    else if (result.verdict === 'skipped') skipped += 1;
    else
      failures.push({
        label: runnable.label,
        reason: result.reason,
        decisions: name === 'azure' ? explainDisagreement(runnable) : null,
      });
    if (verbose)
      console.log(
        `${result.verdict} ${runnable.label}${result.verdict === 'skipped' ? `: ${result.reason}` : ''}`,
      );
  }
  printDecisions(failures);
  console.log(`${passed} passed, ${failures.length} failed, ${skipped} skipped`);
  for (const failure of failures) console.log(failureLine(failure, verbose));
  return failures.every((failure) => failure.decisions !== null) ? 0 : 1;
}

/** How many failures each decision accounts for. */
function printDecisions(failures: readonly Failure[]): void {
  for (const [option, reason] of Object.entries(reasons)) {
    const count = failures.filter((failure) => failure.decisions?.some((each) => each === option)).length;
    if (count > 0) console.log(`${count} by our decision ${option}: ${reason}`);
  }
}

function failureLine({ label, reason, decisions }: Failure, verbose: boolean): string {
  const why = decisions === null ? '' : ` [by decision: ${decisions.join(', ')}]`;
  const shown = verbose || decisions === null ? `: ${reason.replaceAll(/\s+/g, ' ')}` : '';
  return `failed ${label}${why}${shown}`;
}
