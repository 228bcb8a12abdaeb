import {
  type CompiledPolicy,
  type CompileOptions,
  compileDefinition,
  type Problem,
} from '../../src/features/policy/index.ts';
import { readDefinitions } from './cli/definitions.ts';
import { readAliases, UsageError } from './cli/files.ts';
import { runCommand, textOption } from './cli/run.ts';

const help = `Compiles policy definitions and reports what is wrong with them.

  compile.ts FILE.jsonl[.gz] [--aliases FILE]

FILE holds one definition a line ({path, id, name, properties}), or is a JSON array of them; gzip is unpacked.
--aliases takes ARM's providers?$expand=resourceTypes/aliases, or a map of alias to path.
Exit code 0: all compiled; 1: some failed; 2: the input cannot be read.`;

/** What became of the definitions. */
interface Tally {
  readonly compiled: CompiledPolicy[];
  readonly failed: { readonly name: string; readonly problems: readonly Problem[] }[];
  readonly problems: Map<string, number>;
}

runCommand({
  help,
  options: { aliases: { type: 'string' } },
  run(values, [file, ...rest]) {
    if (file === undefined || rest.length > 0) throw new UsageError('expected one FILE.jsonl (see --help)');
    const aliases = textOption(values, 'aliases');
    const tally = compileAll(file, aliases === undefined ? {} : { aliases: readAliases(aliases) });
    printTally(tally);
    return tally.failed.length === 0 ? 0 : 1;
  },
});

function compileAll(file: string, options: CompileOptions): Tally {
  const tally: Tally = { compiled: [], failed: [], problems: new Map() };
  for (const { source, name } of readDefinitions(file)) {
    const result = compileDefinition(source, options);
    for (const kind of new Set(result.problems.map((each) => `${each.severity} ${each.kind}`))) {
      tally.problems.set(kind, (tally.problems.get(kind) ?? 0) + 1);
    }
    if (result.ok) tally.compiled.push(result.policy);
    else tally.failed.push({ name, problems: result.problems });
  }
  return tally;
}

function printTally({ compiled, failed, problems }: Tally): void {
  for (const [kind, count] of problems) console.log(`${kind}: ${count} definitions`);
  for (const { name, problems: all } of failed) {
    console.log(`failed ${name}`);
    for (const each of all)
      console.log(
        `  ${each.path}: ${each.reason}${each.nearest === undefined ? '' : ` (did you mean ${each.nearest}?)`}`,
      );
  }
  for (const [mode, count] of dataPlaneModes(compiled))
    console.log(`data-plane mode ${mode}: ${count} definitions, not evaluable here`);
  const having = (evidence: CompiledPolicy['evidence']) =>
    compiled.filter((policy) => policy.evidence === evidence).length;
  if (having('nothing') > 0)
    console.log(`never firing: ${having('nothing')} definitions, whose condition is literally false`);
  console.log(
    `${compiled.length} compiled, ${failed.length} failed, ${having('resource')} of them evaluable from one resource, ` +
      `${having('related')} with lookups, ${having('other')} needing other data`,
  );
}

function dataPlaneModes(compiled: readonly CompiledPolicy[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { mode } of compiled) {
    if (mode.kind === 'dataPlane') counts.set(mode.name, (counts.get(mode.name) ?? 0) + 1);
  }
  return counts;
}
