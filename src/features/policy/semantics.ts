/**
 * The readings of the language on which the public sources disagree. Each option names both; the default,
 * {@link azureSemantics}, follows the documentation and the policy team's linter. README.md lists the reasons.
 */
export interface PolicySemantics {
  /** A `field` condition over `X[*]` where X is missing: an empty collection (so true), or false. */
  readonly missingArray: 'emptyCollection' | 'false';
  /** `?` in `like`: itself, or any one character. */
  readonly likeQuestionMark: 'literal' | 'singleCharacter';
  /** `less`, `greater` … over values of different types: an error, or numbers read out of strings. */
  readonly orderingMismatch: 'error' | 'coerce';
  /** `equals` between a number and a string: as text ("05" ≠ 5), or as numbers. */
  readonly numberEquality: 'text' | 'numeric';
  /** A missing value on the left: "" (so it equals ""), or equal to null only. */
  readonly missingValue: 'emptyString' | 'nullOnly';
  /** The template function `equals()`: deep and case-sensitive, or the condition operator. */
  readonly templateEquals: 'deep' | 'operator';
  /** The template function `contains()` over arrays: deep and case-sensitive, or the condition operator. */
  readonly templateContains: 'deep' | 'operator';
  /** Which path an alias with several has: the one of the request's API version, or always the default one. */
  readonly aliasPath: 'byApiVersion' | 'default';
  /** A null computed for the right of an operator: fails the evaluation, or is compared. */
  readonly nullOperand: 'error' | 'compare';
  /** The function library: Azure's own (strict arguments), or regorus' (lenient, plus date functions). */
  readonly functions: 'azure' | 'regorus';
  /** Which documents a rule is put to: those its mode evaluates, or any. */
  readonly resourceScope: 'byMode' | 'anyDocument';
}

/** Azure Policy as documented; the default. */
export const azureSemantics: PolicySemantics = Object.freeze({
  missingArray: 'emptyCollection',
  likeQuestionMark: 'literal',
  orderingMismatch: 'error',
  numberEquality: 'text',
  missingValue: 'emptyString',
  templateEquals: 'deep',
  templateContains: 'deep',
  aliasPath: 'byApiVersion',
  nullOperand: 'error',
  functions: 'azure',
  resourceScope: 'byMode',
});

/** The readings that microsoft/regorus' labelled cases assume. */
export const regorusSemantics: PolicySemantics = Object.freeze({
  missingArray: 'false',
  likeQuestionMark: 'singleCharacter',
  orderingMismatch: 'coerce',
  numberEquality: 'numeric',
  missingValue: 'nullOnly',
  templateEquals: 'operator',
  templateContains: 'operator',
  aliasPath: 'byApiVersion',
  nullOperand: 'compare',
  functions: 'regorus',
  resourceScope: 'anyDocument',
});
