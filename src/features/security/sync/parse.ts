import type * as z from 'zod';
import type { SyncRun } from '#features/connectors/index.ts';
import type { AzureDocument } from '#platform/azureClient.ts';

/** The documents that are as documented; the others are counted as a gap of the part, with the first reason. */
export class Parser {
  readonly #run: SyncRun;
  readonly #wrong = new Map<string, { count: number; reason: string }>();

  constructor(run: SyncRun) {
    this.#run = run;
  }

  all<T>(scope: string, schema: z.ZodType<T>, documents: readonly AzureDocument[]): T[] {
    return documents.flatMap((document) => {
      const parsed = schema.safeParse(document);
      if (parsed.success) return [parsed.data];
      const [issue] = parsed.error.issues;
      this.#note(scope, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`);
      return [];
    });
  }

  /** Notes a document that says what nobody expects. */
  skip(scope: string, reason: string): void {
    this.#note(scope, reason);
  }

  report(): void {
    for (const [scope, { count, reason }] of this.#wrong)
      this.#run.malformed(scope, `${count} left out, since they are not as documented; the first: ${reason}`);
  }

  #note(scope: string, reason: string): void {
    const wrong = this.#wrong.get(scope) ?? { count: 0, reason };
    wrong.count += 1;
    this.#wrong.set(scope, wrong);
  }
}
