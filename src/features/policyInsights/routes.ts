import { narrowed } from '#http/principal.ts';
import { defineRoute, type Route } from '#http/route.ts';
import { AgreementList, AgreementQuery } from './schema.ts';
import type { AgreementService } from './service.ts';

/** HTTP routes of the agreement; the tenant is the caller's, and so are the subscriptions that are seen. */
export function agreementRoutes(agreement: AgreementService): Route[] {
  return [
    defineRoute({
      name: 'getAgreement',
      method: 'GET',
      path: '/api/v1/compliance/agreement',
      role: 'viewer',
      bySubscription: true,
      summary: 'Azure Policy’s verdicts beside ours, disagreements first',
      query: AgreementQuery,
      responses: { 200: { description: 'A page of pairs of resource and policy.', schema: AgreementList } },
      handle: async (call) => ({ body: await agreement.list(call.principal.tenantId, narrowed(call)) }),
    }),
  ];
}
