import * as z from 'zod';
import { defineRoute, type Route } from '#http/route.ts';
import {
  type Remediation,
  RemediationDetails,
  RemediationInput,
  RemediationList,
  RemediationSummary,
  RemediationsQuery,
  RollbackInput,
} from './schema.ts';
import type { Remediations } from './service.ts';

const Nothing = z.strictObject({});

/** HTTP routes of remediations, their approval, and the way back. */
export function remediationRoutes(remediations: Remediations): Route[] {
  return [...ones(remediations), ...decisions(remediations)];
}

function ones(remediations: Remediations): Route[] {
  return [
    defineRoute({
      name: 'createRemediation',
      method: 'POST',
      path: '/api/v1/remediations',
      role: 'operator',
      bySubscription: true,
      summary: 'Plan what mends a violation, or carry it out',
      description:
        'Of a policy with the effect modify, append or deployIfNotExists: what would be written, and the way back. With `dry_run` (the default) it ends as `planned`; other effects get the steps for a person.',
      body: RemediationInput,
      responses: { 202: { description: 'Accepted; follow `Location`.', schema: RemediationSummary } },
      handle: async ({ principal, body }) => accepted(await remediations.create(principal, body)),
    }),
    defineRoute({
      name: 'listRemediations',
      method: 'GET',
      path: '/api/v1/remediations',
      role: 'viewer',
      bySubscription: true,
      summary: 'Remediations, newest first',
      query: RemediationsQuery,
      responses: { 200: { description: 'A page.', schema: RemediationList } },
      handle: async ({ principal, query }) => {
        const { cursor, status, limit, parent_id: parentId } = query;
        const { data, next } = await remediations.list(principal, { status, limit, parentId, after: cursor });
        return { body: { data: data.map(summary), nextCursor: next ?? null } };
      },
    }),
    defineRoute({
      name: 'getRemediation',
      method: 'GET',
      path: '/api/v1/remediations/{id}',
      role: 'viewer',
      bySubscription: true,
      summary: 'A remediation with its plan, who asked and approved, and the result',
      responses: { 200: { description: 'The remediation.', schema: RemediationDetails } },
      handle: async ({ principal, params }) => ({
        body: await remediations.details(principal, params.id ?? ''),
      }),
    }),
    defineRoute({
      name: 'cancelRemediation',
      method: 'DELETE',
      path: '/api/v1/remediations/{id}',
      role: 'operator',
      bySubscription: true,
      summary: 'Cancel a remediation',
      description: 'What has been written stays: `POST …/rollback` undoes it.',
      responses: { 202: { description: 'Cancelled, or being cancelled.', schema: RemediationSummary } },
      handle: async ({ principal, params }) =>
        accepted(await remediations.cancel(principal, params.id ?? '')),
    }),
  ];
}

function decisions(remediations: Remediations): Route[] {
  return [
    defineRoute({
      name: 'startRemediation',
      method: 'POST',
      path: '/api/v1/remediations/{id}/start',
      role: 'operator',
      bySubscription: true,
      summary: 'Carry out what a dry run has planned',
      description: 'It is planned again; where the plan is not the same any more it ends as `outdated`.',
      body: Nothing,
      responses: { 202: { description: 'Accepted.', schema: RemediationSummary } },
      handle: async ({ principal, params }) => accepted(await remediations.start(principal, params.id ?? '')),
    }),
    ...(['approve', 'reject'] as const).map((decision) =>
      defineRoute({
        name: `${decision}Remediation`,
        method: 'POST',
        path: `/api/v1/remediations/{id}/${decision}`,
        role: 'viewer',
        bySubscription: true,
        summary: decision === 'approve' ? 'Approve a remediation' : 'Reject a remediation',
        description:
          'The rules are those of deployments: the rule names the role, and nobody approves what he asked for himself.',
        body: Nothing,
        responses: { 202: { description: 'Decided.', schema: RemediationSummary } },
        handle: async ({ principal, params }) =>
          accepted(await remediations.decide(principal, params.id ?? '', decision === 'approve')),
      }),
    ),
    defineRoute({
      name: 'rollbackRemediation',
      method: 'POST',
      path: '/api/v1/remediations/{id}/rollback',
      role: 'operator',
      bySubscription: true,
      summary: 'Undo what a remediation has done',
      description:
        'What can be undone is in `plan.rollback`. Refused where the resource has changed since, unless `force`.',
      body: RollbackInput,
      responses: { 202: { description: 'Accepted.', schema: RemediationSummary } },
      handle: async ({ principal, params, body }) =>
        accepted(await remediations.rollback(principal, params.id ?? '', body)),
    }),
  ];
}

function summary({ plan: _plan, bulk: _bulk, ...rest }: Remediation) {
  return rest;
}

function accepted(remediation: Remediation) {
  return {
    status: 202,
    body: summary(remediation),
    headers: { location: `/api/v1/remediations/${remediation.id}`, 'retry-after': '2' },
  };
}
