import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { AliasTable, PolicySemantics } from '../../../src/features/policy/cases.ts';
import { readAliases } from '../cli/files.ts';
import {
  type CaseFile,
  type CaseResult,
  failed,
  type LabelledCase,
  readCaseFile,
  wordOf,
} from './caseFile.ts';
import { runEvaluationCase } from './evaluation.ts';
import { runFunctionCase } from './functions.ts';
import { runShapeCase } from './shape.ts';

/** One case, ready to run under any semantics. */
export interface RunnableCase {
  /** `file.yaml: note`, unique enough to find it again. */
  readonly label: string;
  readonly run: (semantics: PolicySemantics) => CaseResult;
}

/** All labelled cases in the YAML files below a directory; a file that cannot be read is one that fails. @throws when the directory cannot be read */
export function findCases(directory: string): RunnableCase[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .sort();
  return files.flatMap((name) => {
    try {
      const file = readCaseFile(join(directory, name));
      return file === null ? [] : casesOf(file, directory);
    } catch (error) {
      const result = failed(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      return [{ label: name, run: () => result }];
    }
  });
}

function casesOf(file: CaseFile, directory: string): RunnableCase[] {
  const runner = runnerFor(file, directory);
  return file.cases.map((labelled) => ({
    label: `${relative(directory, file.path)}: ${labelled.note}`,
    run: (semantics) => skipped(labelled) ?? runGuarded(runner, labelled, semantics),
  }));
}

/** What a case may ask for; another wish is skipped, since passing it would assert nothing. */
const EXPECTATIONS = new Set([
  ...['want', 'want_effect', 'want_undefined', 'want_details', 'want_null', 'want_error'],
  ...['want_parse_error', 'want_compile_error', 'expected_normalized', 'expected_denormalized'],
  ...['expected_envelope', 'expected_round_trip', 'expected_reverse_round_trip'],
]);

function skipped(labelled: LabelledCase): CaseResult | undefined {
  if (labelled.skip) return { verdict: 'skipped', reason: wordOf(labelled.skip) };
  const unknown = Object.keys(labelled).filter((key) => /^(want|expect)/.test(key) && !EXPECTATIONS.has(key));
  if (unknown.length === 0) return undefined;
  return { verdict: 'skipped', reason: `it asks for ${unknown.join(', ')}, which is not understood` };
}

type Runner = (labelled: LabelledCase, semantics: PolicySemantics) => CaseResult;

/** A crash is a failure of the case, not of the run. */
function runGuarded(runner: Runner, labelled: LabelledCase, semantics: PolicySemantics): CaseResult {
  try {
    return runner(labelled, semantics);
  } catch (error) {
    return failed(`crashed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A file's keys tell which kind of cases it holds. */
function runnerFor(file: CaseFile, directory: string): Runner {
  const { shared } = file;
  const { builtin } = shared;
  if (typeof builtin === 'string')
    return (labelled, semantics) => runFunctionCase(builtin, labelled, semantics);
  if (file.cases.some((labelled) => 'input' in labelled)) return (labelled) => runShapeCase(labelled, shared);
  const aliases = aliasesFor(file, directory);
  return (labelled, semantics) => runEvaluationCase(labelled, { shared, aliases, semantics });
}

function aliasesFor(file: CaseFile, directory: string): AliasTable | null {
  const { aliases } = file.shared;
  if (typeof aliases !== 'string') return null;
  const candidates = [
    join(directory, 'azure_policy', 'aliases', aliases),
    join(directory, 'aliases', aliases),
    join(file.path, '..', '..', 'aliases', aliases),
    join(file.path, '..', 'aliases', aliases),
  ];
  return readAliases(candidates.find((path) => existsSync(path)) ?? aliases);
}
