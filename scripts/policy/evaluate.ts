import {
  compileDefinition,
  type EvaluationInput,
  evaluate,
  explain,
} from '../../src/features/policy/index.ts';
import { readAliases, readJson, readText, UsageError } from './cli/files.ts';
import { runCommand, textOption, type Values } from './cli/run.ts';

const help = `Evaluates one policy definition against one resource.

  evaluate.ts --definition FILE --resource FILE [--parameters FILE] [--aliases FILE] [--context FILE] [--explain]

--definition  {id, name, properties}, its properties, or {if, then}.
--resource    the resource as ARM describes it.
--parameters  values by name, or {name: {value}} as in an assignment.
--aliases     ARM's providers?$expand=resourceTypes/aliases, or a map of alias to path; .gz is unpacked.
--context     resourceGroup, subscription, utcNow, requestContext, policy. utcNow is the present where it is not given.
--explain     adds the trace, the changes that would help and a sentence.
Exit code 0: compliant, exempt or not applicable; 1: anything else; 2: the input cannot be used.`;

const settled = new Set(['compliant', 'notApplicable', 'exempt']);

runCommand({
  help,
  options: {
    definition: { type: 'string' },
    resource: { type: 'string' },
    parameters: { type: 'string' },
    aliases: { type: 'string' },
    context: { type: 'string' },
    explain: { type: 'boolean' },
  },
  run(values, rest) {
    if (rest.length > 0) throw new UsageError(`unexpected ${rest.join(' ')} (see --help)`);
    const policy = readPolicy(values);
    const input = readInput(values);
    const result = values.explain === true ? explain(policy, input) : { outcome: evaluate(policy, input) };
    console.log(JSON.stringify(values.explain === true ? result : result.outcome, null, 2));
    if ('sentence' in result) console.log(result.sentence);
    return settled.has(result.outcome.state) ? 0 : 1;
  },
});

function required(values: Values, name: string): string {
  const value = textOption(values, name);
  if (value === undefined) throw new UsageError(`--${name} FILE is required (see --help)`);
  return value;
}

function readPolicy(values: Values) {
  const file = required(values, 'definition');
  const aliases = textOption(values, 'aliases');
  const compiled = compileDefinition(
    readText(file),
    aliases === undefined ? {} : { aliases: readAliases(aliases) },
  );
  if (compiled.ok) return compiled.policy;
  const problems = compiled.problems.map(
    ({ path, reason, nearest }) =>
      `${path} ${reason}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`,
  );
  throw new UsageError(`${file} does not compile: ${problems.join('; ')}`);
}

function readInput(values: Values): EvaluationInput {
  const resource = readJson(required(values, 'resource'));
  const parameters = textOption(values, 'parameters');
  const context = textOption(values, 'context');
  return {
    resource,
    parameters: parameters === undefined ? {} : plainParameters(readObject(parameters)),
    context: { utcNow: new Date().toISOString(), ...(context === undefined ? {} : readObject(context)) },
  };
}

function readObject(file: string): Record<string, unknown> {
  const document = readJson(file);
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new UsageError(`${file} is not a JSON object`);
  return { ...document };
}

/** Assignments wrap each value in `{value}`, parameter files all of them in `parameters`. */
function plainParameters(given: Record<string, unknown>): Record<string, unknown> {
  const inner = given.parameters;
  const values = typeof inner === 'object' && inner !== null && '$schema' in given ? { ...inner } : given;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isWrapped(value) ? value.value : value]),
  );
}

function isWrapped(value: unknown): value is { value: unknown } {
  return typeof value === 'object' && value !== null && 'value' in value && Object.keys(value).length === 1;
}
