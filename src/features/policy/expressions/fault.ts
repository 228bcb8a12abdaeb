import { type Selected, typeName } from '../json/json.ts';
import { brief } from './template.ts';

/** Why an evaluation could not be finished. */
export interface Fault {
  readonly kind: 'error' | 'needsData';
  readonly reason: string;
  /** The expression or condition that failed; for `needsData`, what is missing. */
  readonly subject: string;
  /** Regorus only: raised even where its library turns failures into undefined. */
  readonly hard?: boolean;
}

/** Raised inside template functions and caught by the condition that called them. A signal: it takes no stack. */
export class ExpressionFault {
  readonly fault: Fault;

  constructor(fault: Fault) {
    this.fault = fault;
  }
}

/** A template function could not do its work. */
export function failure(reason: string): ExpressionFault {
  return new ExpressionFault({ kind: 'error', reason, subject: '' });
}

/** As {@link failure}, for what regorus reports as an error instead of an undefined value. */
export function rejection(reason: string): ExpressionFault {
  return new ExpressionFault({ kind: 'error', reason, subject: '', hard: true });
}

/** Something the evaluation needs was not given. */
export function missingData(subject: string, reason: string): ExpressionFault {
  return new ExpressionFault({ kind: 'needsData', reason, subject });
}

/** Adds the expression's text to an error that does not name one yet. */
export function inExpression(fault: Fault, text: string): Fault {
  return fault.subject === '' ? { ...fault, subject: brief(text) } : fault;
}

/** A value in a message: scalars as JSON, all else by type. */
export function shown(value: Selected): string {
  if (typeof value === 'object' && value !== null) return `an ${typeName(value)}`;
  return brief(JSON.stringify(value) ?? 'null');
}
