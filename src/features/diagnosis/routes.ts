import * as z from 'zod';
import { defineRoute, type Route } from '#http/route.ts';
import { Failure } from '#platform/failure.ts';
import { Finding } from './finding.ts';
import type { Diagnosis } from './service.ts';

const Answer = z
  .object({
    status: z.enum(['ok', 'warning', 'failed']),
    version: z.string(),
    findings: z.array(Finding),
  })
  .meta({ id: 'Diagnosis' });

/** The route that `npm run doctor` asks. The deployment is one; only owners in its own tenant may look into it. */
export function diagnosisRoutes(
  diagnosis: Diagnosis,
  { tenantId, version }: { readonly tenantId: string; readonly version: string },
): Route[] {
  return [
    defineRoute({
      name: 'getDiagnosis',
      method: 'GET',
      path: '/api/v1/diagnosis',
      role: 'owner',
      summary: 'What is wrong with this deployment, and the command that mends it',
      description: 'A harmless call to every dependency, with the identity of the app. Takes up to 10 s.',
      responses: { 200: { description: 'What was looked at.', schema: Answer } },
      handle: async ({ principal }) => {
        if (principal.tenantId !== tenantId)
          throw new Failure('forbidden', 'this deployment belongs to another tenant', {
            next: 'ask an owner of the tenant that runs it',
          });
        const findings = await diagnosis.run();
        const has = (state: Finding['state']) => findings.some((finding) => finding.state === state);
        const status = has('failed') ? 'failed' : has('warning') ? 'warning' : 'ok';
        return { body: { status, version, findings } };
      },
    }),
  ];
}
