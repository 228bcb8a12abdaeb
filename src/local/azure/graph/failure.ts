export type FailureDetail = {
  readonly code: string;
  readonly message: string;
  readonly line?: number;
  readonly characterPositionInLine?: number;
  readonly token?: string;
  readonly expectedToken?: string;
};

/** A query that Resource Graph refuses: becomes its 400 `BadRequest` with these details. */
export class QueryFailure extends Error {
  override readonly name = 'QueryFailure';
  readonly details: readonly FailureDetail[];

  constructor(...details: readonly FailureDetail[]) {
    super(details.at(-1)?.message ?? 'Query is invalid.');
    this.details = details;
  }
}

const invalidQuery: FailureDetail = {
  code: 'InvalidQuery',
  message:
    'Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.',
};

export type Place = { readonly line: number; readonly column: number; readonly text: string };

export function parserFailure(place: Place, expectedToken?: string): QueryFailure {
  return new QueryFailure(invalidQuery, {
    code: 'ParserFailure',
    message: 'ParserFailure',
    line: place.line,
    characterPositionInLine: place.column,
    token: place.text,
    ...(expectedToken === undefined ? {} : { expectedToken }),
  });
}

/** A word of Kusto that Resource Graph (or this simulator) does not offer. */
export function unsupported(place: Place): QueryFailure {
  return new QueryFailure(invalidQuery, {
    code: 'InvalidQueryLanguage',
    message: 'InvalidQueryLanguage',
    line: place.line,
    characterPositionInLine: place.column,
    token: place.text,
  });
}

export function unresolved(kind: string, name: string): QueryFailure {
  return new QueryFailure(invalidQuery, {
    code: 'Default',
    message: `Failed to resolve ${kind} named '${name}'`,
  });
}

export function badOption(code: string, message: string): QueryFailure {
  return new QueryFailure({ code, message });
}

export function unknownTable(name: string): QueryFailure {
  return new QueryFailure(invalidQuery, {
    code: 'DisallowedLogicalTableName',
    message: `Table ${name} is invalid, unsupported or disallowed.`,
  });
}
