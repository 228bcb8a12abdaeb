import { limits } from './limits.ts';

/** What kind of mistake a problem is; closed, so that callers can group and translate. */
export type ProblemKind =
  | 'json'
  | 'duplicateKey'
  | 'structure'
  | 'unknownKey'
  | 'unknownOperator'
  | 'operand'
  | 'unknownField'
  | 'unknownAlias'
  | 'notModifiable'
  | 'expression'
  | 'unknownFunction'
  | 'unavailableFunction'
  | 'argumentCount'
  | 'unknownParameter'
  | 'parameter'
  | 'unknownEffect'
  | 'effectDetails'
  | 'unknownMode'
  | 'limit';

/** One thing wrong with a definition. `error` stops it from compiling; `warning` does not. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly kind: ProblemKind;
  /** Where, as a JSON path from the definition's properties: `$.policyRule.if.allOf[1].equal`. */
  readonly path: string;
  readonly reason: string;
  /** The nearest valid word, where a word was not understood. */
  readonly nearest?: string;
}

/** Collects problems while a definition is compiled. */
export interface ProblemList {
  readonly all: Problem[];
}

export function problemList(): ProblemList {
  return { all: [] };
}

/** Where a problem is and, for an unknown word, what was probably meant. */
export interface ProblemPlace {
  readonly path: string;
  /** The word, or how to find it where there are many to compare with: a definition gets only so many. */
  readonly nearest?: string | undefined | (() => string | undefined);
  readonly severity?: 'error' | 'warning';
}

/** Adds a problem; past the limit of problems per definition the rest are dropped. */
export function report(list: ProblemList, kind: ProblemKind, place: ProblemPlace & { reason: string }): void {
  if (list.all.length >= limits.problems) return;
  const { path, reason, severity = 'error' } = place;
  const nearest = typeof place.nearest === 'function' ? suggestion(list, place.nearest) : place.nearest;
  list.all.push({ severity, kind, path, reason, ...(nearest === undefined ? {} : { nearest }) });
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

function suggestion(list: ProblemList, find: () => string | undefined): string | undefined {
  return list.all.length < limits.suggestions ? find() : undefined;
}
