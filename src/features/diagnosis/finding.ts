import * as z from 'zod';
import { messageOf } from '#platform/failure.ts';

/** One thing that was looked at. `mend` is a command, or a sentence, that puts it right. */
export const Finding = z.object({
  check: z.string(),
  subject: z.string(),
  state: z.enum(['ok', 'warning', 'failed', 'skipped']),
  detail: z.string(),
  mend: z.string().optional(),
});
export type Finding = z.infer<typeof Finding>;

/** A look at one part of the deployment: harmless, and it does not throw. */
export type Check = { readonly name: string; readonly run: () => Promise<Finding[]> };

type Trouble = { readonly detail: string; readonly mend: string };

export function ok(check: string, subject: string, detail: string): Finding {
  return { check, subject, state: 'ok', detail };
}

export function skipped(check: string, subject: string, detail: string): Finding {
  return { check, subject, state: 'skipped', detail };
}

export function warning(check: string, subject: string, trouble: Trouble): Finding {
  return { check, subject, state: 'warning', ...trouble };
}

export function failed(check: string, subject: string, trouble: Trouble): Finding {
  return { check, subject, state: 'failed', ...trouble };
}

const TIMEOUT_MS = 10_000;

/** The work's finding; what it throws, or that it takes longer than 10 seconds, explained as a finding of its own. */
export async function found(
  work: () => Promise<Finding>,
  explain: (error: unknown) => Finding,
): Promise<Finding> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('no answer within 10 s')), TIMEOUT_MS);
  try {
    return await Promise.race([work(), late.promise]);
  } catch (error) {
    return explain(error);
  } finally {
    clearTimeout(timer);
  }
}

export type Answer = { readonly status: number | undefined; readonly code: string; readonly words: string };

/** What a service said, in the terms that all SDK errors share. */
export function answerOf(error: unknown): Answer {
  const { statusCode, code, kind } = error as { statusCode?: number; code?: string; kind?: string };
  const words = messageOf(error).split('\n')[0] ?? '';
  return { status: statusCode, code: code ?? kind ?? '', words: words.slice(0, 300) };
}
