import { defineRoute, type Route } from '#http/route.ts';
import { ApiActivity, AuditExportQuery, AuditPage, AuditQuery } from './schema.ts';
import type { Audit } from './service.ts';

const NDJSON = 'application/x-ndjson';

/** HTTP routes of the audit log; the tenant is the caller's. */
export function auditRoutes(audit: Audit): Route[] {
  return [
    defineRoute({
      name: 'listAudit',
      method: 'GET',
      path: '/api/v1/audit',
      role: 'security-admin',
      summary: 'Who did what, newest first',
      query: AuditQuery,
      responses: { 200: { description: 'A page of entries.', schema: AuditPage } },
      handle: async ({ principal, query }) => ({ body: await audit.list(principal.tenantId, query) }),
    }),
    defineRoute({
      name: 'exportAudit',
      method: 'GET',
      path: '/api/v1/audit/export',
      role: 'security-admin',
      summary: 'The audit log as OCSF, oldest first',
      description: 'One event of class API Activity (6003) a line (NDJSON), for a SIEM.',
      query: AuditExportQuery,
      responses: { 200: { description: 'An event a line.', schema: ApiActivity, contentType: NDJSON } },
      handle: async ({ principal, query }) => ({
        contentType: NDJSON,
        lines: audit.export(principal.tenantId, query),
      }),
    }),
  ];
}
