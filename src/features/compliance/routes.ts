import * as z from 'zod';
import { narrowed } from '#http/principal.ts';
import { defineRoute, type Route } from '#http/route.ts';
import { EXPORT_TYPES } from './export/render.ts';
import {
  BatchEvaluateInput,
  ComplianceSummary,
  EvaluateInput,
  EvaluationResult,
  ExportQuery,
  FindingList,
  FindingsQuery,
  JobView,
  ResourceCompliance,
  ResourceComplianceQuery,
  SummaryQuery,
  WhatIfAnswer,
  WhatIfInput,
} from './schema.ts';
import type { Compliance } from './service.ts';

const JobList = z.object({ data: z.array(JobView), total: z.number().int() });

function accepted(jobs: readonly JobView[]) {
  const [first] = jobs;
  return { status: 202, headers: { location: `/api/v1/jobs/${first?.id}`, 'retry-after': '1' } };
}

/** HTTP routes of compliance; the tenant is the caller's, and so are the subscriptions that are seen. */
export function complianceRoutes(compliance: Compliance): Route[] {
  return [...readRoutes(compliance), ...askRoutes(compliance)];
}

function readRoutes(compliance: Compliance): Route[] {
  return [
    defineRoute({
      name: 'getCompliance',
      method: 'GET',
      path: '/api/v1/compliance',
      role: 'viewer',
      bySubscription: true,
      summary: 'How much complies',
      description: 'Counts and percentages of a scope, by severity, framework, assignment and policy.',
      query: SummaryQuery,
      responses: { 200: { description: 'Counts.', schema: ComplianceSummary } },
      handle: async (call) => ({ body: await compliance.summary(call.principal.tenantId, narrowed(call)) }),
    }),
    defineRoute({
      name: 'listFindings',
      method: 'GET',
      path: '/api/v1/compliance/findings',
      role: 'viewer',
      bySubscription: true,
      summary: 'What does not comply',
      description: 'By resource id, then severity. Why: `GET /api/v1/resources/{id}/compliance`.',
      query: FindingsQuery,
      responses: { 200: { description: 'A page of findings.', schema: FindingList } },
      handle: async (call) => ({ body: await compliance.findings(call.principal.tenantId, narrowed(call)) }),
    }),
    defineRoute({
      name: 'exportFindings',
      method: 'GET',
      path: '/api/v1/compliance/findings/export',
      role: 'viewer',
      bySubscription: true,
      summary: 'The findings as a file',
      description: 'A stream of CSV, SARIF 2.1.0 or OCSF; takes the filters of the list.',
      query: ExportQuery,
      responses: { 200: { description: 'The file.', schema: z.string(), contentType: 'text/csv' } },
      handle: async ({ principal, query }) => {
        const name = `findings.${query.format === 'ocsf' ? 'ndjson' : query.format}`;
        return {
          contentType: EXPORT_TYPES[query.format],
          headers: { 'content-disposition': `attachment; filename="${name}"` },
          text: await compliance.export(principal.tenantId, narrowed({ principal, query })),
        };
      },
    }),
    defineRoute({
      name: 'getResourceCompliance',
      method: 'GET',
      path: '/api/v1/resources/{id+}/compliance',
      role: 'viewer',
      bySubscription: true,
      summary: 'Every policy that judges a resource, and why',
      description:
        'Judged now: trace, reason, the smallest changes that make it comply, what the effect would do.',
      query: ResourceComplianceQuery,
      responses: { 200: { description: 'The outcomes.', schema: ResourceCompliance } },
      handle: async ({ principal, params, query }) => ({
        body: await compliance.resource(principal.tenantId, params.id ?? '', {
          isAll: query.all,
          caller: principal,
        }),
      }),
    }),
    defineRoute({
      name: 'getJob',
      method: 'GET',
      path: '/api/v1/jobs/{id}',
      role: 'viewer',
      summary: 'Progress of long-running work',
      responses: { 200: { description: 'The job.', schema: JobView } },
      handle: async ({ principal, params }) => ({
        body: await compliance.job(principal.tenantId, params.id ?? ''),
      }),
    }),
  ];
}

function askRoutes(compliance: Compliance): Route[] {
  return [
    defineRoute({
      name: 'whatIf',
      method: 'POST',
      path: '/api/v1/policies/what-if',
      role: 'viewer',
      bySubscription: true,
      summary: 'What a draft would change, or what would happen to a resource',
      description:
        'Judges a draft definition, initiative or assignment against the inventory as it is, or a resource document that does not exist yet against what is assigned (with the draft, where one is given). Saves nothing.',
      body: WhatIfInput,
      responses: { 200: { description: 'What would be.', schema: WhatIfAnswer } },
      handle: async ({ principal, body }) => ({
        body: await compliance.whatIf(principal.tenantId, body as WhatIfInput, principal),
      }),
    }),
    defineRoute({
      name: 'batchEvaluatePolicies',
      method: 'POST',
      path: '/api/v1/policies/batch-evaluate',
      role: 'operator',
      bySubscription: true,
      summary: 'Judge resources by several policies',
      description: 'Without `resourceIds`, a job for each policy that judges all there is.',
      body: BatchEvaluateInput,
      responses: {
        200: { description: 'The outcomes.', schema: EvaluationResult },
        202: { description: 'The jobs.', schema: JobList },
      },
      handle: async ({ principal, body: { policyIds, resourceIds } }) => {
        const { tenantId } = principal;
        if (resourceIds)
          return { body: await compliance.evaluate(tenantId, { policyIds, resourceIds, caller: principal }) };
        const data = await compliance.startEvaluation(tenantId, { policyIds, caller: principal });
        return { ...accepted(data), body: { data, total: data.length } };
      },
    }),
    defineRoute({
      name: 'evaluatePolicy',
      method: 'POST',
      path: '/api/v1/policies/{id+}/evaluate',
      role: 'operator',
      bySubscription: true,
      summary: 'Judge resources by a policy',
      description:
        'With `async`, or without `resourceIds`, as a job. A policy that is not assigned is judged with its default parameters, and nothing is kept.',
      body: EvaluateInput,
      responses: {
        200: { description: 'The outcomes.', schema: EvaluationResult },
        202: { description: 'The job; follow `Location`.', schema: JobView },
      },
      handle: async ({ principal, params, body: { async: isAsync, resourceIds } }) => {
        const { tenantId } = principal;
        const policyIds = [params.id ?? ''];
        if (resourceIds && !isAsync)
          return { body: await compliance.evaluate(tenantId, { policyIds, resourceIds, caller: principal }) };
        const jobs = await compliance.startEvaluation(tenantId, {
          policyIds,
          resourceIds,
          caller: principal,
        });
        return { ...accepted(jobs), body: jobs[0] };
      },
    }),
  ];
}
