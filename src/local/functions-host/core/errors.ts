/** An error of the system, not of the app; the library looks at the marker. */
export class AzFuncSystemError extends Error {
  readonly isAzureFunctionsSystemError = true;
}

export class AzFuncRangeError extends RangeError {
  readonly isAzureFunctionsSystemError = true;

  constructor(message: string) {
    super(message);
    this.name = 'RangeError';
  }
}
