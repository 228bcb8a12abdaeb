import type { Json, JsonObject, Selected } from '../json/json.ts';
import { type Problem, problemList } from '../problems.ts';
import type { PolicyContext, Run } from '../run.ts';
import { azureSemantics, type PolicySemantics } from '../semantics.ts';
import { compileTemplate } from './compile.ts';
import type { ExpressionEnvironment } from './compiled.ts';
import { ExpressionFault, type Fault } from './fault.ts';
import { parseTemplate } from './template.ts';

/** What an expression on its own may refer to. */
export interface ExpressionInput {
  readonly semantics?: PolicySemantics;
  readonly parameters?: JsonObject;
  readonly resource?: Json;
  readonly context?: PolicyContext;
}

/** A value, or why there is none. */
export type ExpressionResult =
  | { readonly kind: 'value'; readonly value: Selected }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Evaluates a template value outside of any definition: `[add(parameters('a'), 1)]`. Aliases are not known. */
export function evaluateTemplate(source: Json, input: ExpressionInput = {}): ExpressionResult {
  const environment = environmentFor(input.semantics ?? azureSemantics);
  const compiled = compileTemplate(parseTemplate(source, '$', environment.problems), environment);
  if (environment.problems.all.length > 0) return { kind: 'problems', problems: environment.problems.all };
  try {
    return { kind: 'value', value: compiled.evaluate(runFor(input)) };
  } catch (caught) {
    if (caught instanceof ExpressionFault) return { kind: 'fault', fault: caught.fault };
    throw caught;
  }
}

function environmentFor(semantics: PolicySemantics): ExpressionEnvironment {
  const fields = { aliases: null, subject: { type: '' }, barePaths: true, defaultPathsOnly: false };
  return {
    problems: problemList(),
    semantics,
    fields,
    resourceFields: fields,
    frames: [],
    related: false,
    parameters: null,
    totals: { functions: 0, slots: 0 },
    needs: new Set(),
  };
}

function runFor(input: ExpressionInput): Run {
  const resource = input.resource ?? null;
  const open = Object.entries(input.parameters ?? {}).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return {
    document: resource,
    resource,
    bound: { values: [], open: Object.fromEntries(open), memo: [] },
    context: input.context ?? {},
    frames: [],
    iterations: 1,
    work: 0,
    fault: null,
  };
}
