import { describeError, errorMessage } from './log.ts';

/** Why the host did not start, for a person: the lines of the message, with the stack where it is a slip in code. */
export function problemLines(error: unknown): string[] {
  const isSlip =
    error instanceof TypeError || error instanceof ReferenceError || error instanceof SyntaxError;
  return (isSlip ? describeError(error) : errorMessage(error))
    .split('\n')
    .filter((line) => line.trim() !== '');
}
