import type * as z from 'zod';
import { Failure } from '#platform/failure.ts';

/** Opaque text for the place where a page ended. */
export function encodeCursor(place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The place that a cursor stands for. @throws Failure `invalid` for what is no cursor of ours */
export function decodeCursor<T>(text: string, shape: z.ZodType<T>): T {
  try {
    return shape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch (cause) {
    const problem = {
      field: 'cursor',
      reason: 'not a cursor of ours',
      fix: 'use nextCursor of the answer before as it is',
    };
    throw new Failure('invalid', 'the query is not valid', { problems: [problem], cause });
  }
}
