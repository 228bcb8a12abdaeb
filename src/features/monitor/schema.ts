import * as z from 'zod';
import { several } from '#http/listParameters.ts';

const time = z.iso.datetime({ offset: true }).optional();

export const words = several.pipe(z.array(z.string().min(1).max(200))).optional();

export const period = {
  from: time.meta({ description: 'Not before this moment (RFC 3339).' }),
  to: time.meta({ description: 'Not after this moment (RFC 3339).' }),
};

/** A moment of a query as rows have it. */
export function toUtc(moment: string | undefined): string | undefined {
  return moment === undefined ? undefined : new Date(moment).toISOString();
}

/** Whether a value is among those that were asked for, without regard to case. */
export function isOneOf(value: string, wanted: readonly string[] | undefined): boolean {
  return !wanted || wanted.some((one) => one.toLowerCase() === value.toLowerCase());
}
