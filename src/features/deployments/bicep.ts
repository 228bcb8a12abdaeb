import type { JsonObject } from '#features/policy/index.ts';
import { Failure } from '#platform/failure.ts';

/** Compiles Bicep to an ARM template. @throws Failure `invalid` with the compiler's words */
export type CompileBicep = (source: string) => Promise<JsonObject>;

/** Stands where no compiler is set. */
export function noBicep(): Promise<never> {
  return Promise.reject(
    new Failure('unprocessable', 'no Bicep compiler is set here', {
      next: 'send the output of `bicep build --stdout` as template, or set BICEP_PATH',
    }),
  );
}
