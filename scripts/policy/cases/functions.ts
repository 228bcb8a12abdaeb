import {
  evaluateTemplate,
  type Json,
  type PolicySemantics,
  readPath,
} from '../../../src/features/policy/cases.ts';
import { type CaseResult, failed, isRecord, type LabelledCase, passed, wordOf } from './caseFile.ts';
import { sameJson } from './compare.ts';

/** Names of regorus' builtins that are not the template function in snake case. */
const names: Readonly<Record<string, string>> = {
  'azure.policy.logic_all': 'and',
  'azure.policy.logic_any': 'or',
  'azure.policy.if': 'if',
  'azure.policy.fn.int_div': 'div',
  'azure.policy.fn.int_mod': 'mod',
};

type Result = { readonly value: unknown } | { readonly error: string };

/** Runs a case that calls one template function with literal arguments. */
export function runFunctionCase(
  builtin: string,
  labelled: LabelledCase,
  semantics: PolicySemantics,
): CaseResult {
  const args = (Array.isArray(labelled.args) ? labelled.args : []) as Json[];
  const result = (helpers[builtin] ?? callFunction)(builtin, args, semantics);
  if ('error' in result) {
    const wanted = 'want_error' in labelled;
    return wanted ? passed : failed(`failed with: ${result.error}`);
  }
  const { value } = result;
  if ('want_error' in labelled) return failed(`expected an error, but got ${JSON.stringify(value)}`);
  if (labelled.want_undefined === true)
    return value === undefined ? passed : failed(`expected no value, but got ${JSON.stringify(value)}`);
  const wanted = labelled.want_null === true ? null : labelled.want;
  return sameJson(value, wanted)
    ? passed
    : failed(`expected ${JSON.stringify(wanted)}, but got ${JSON.stringify(value)}`);
}

function callFunction(builtin: string, args: readonly Json[], semantics: PolicySemantics): Result {
  const name = names[builtin] ?? camelCase(builtin.slice(builtin.lastIndexOf('.') + 1));
  const expression = `[${name}(${args.map((_, i) => `parameters('a${i}')`).join(', ')})]`;
  const parameters = Object.fromEntries(args.map((arg, i) => [`a${i}`, arg]));
  const result = evaluateTemplate(expression, { semantics, parameters });
  if (result.kind === 'value') return { value: result.value };
  return {
    error:
      result.kind === 'fault' ? result.fault.reason : result.problems.map((each) => each.reason).join('; '),
  };
}

function camelCase(snake: string): string {
  return snake.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Builtins that are no template functions but parts of the evaluator. */
const helpers: Readonly<Record<string, (builtin: string, args: readonly Json[]) => Result>> = {
  'azure.policy.resolve_field': (_, [resource = null, path]) => ({
    value: typeof path === 'string' ? readPath(resource, path) : undefined,
  }),
  'azure.policy.get_parameter': (_, [given, defaults, name]) => ({
    value: [given, defaults]
      .map((each) => (isRecord(each) ? each[wordOf(name)] : undefined))
      .find((value) => value !== undefined),
  }),
};
