import { narrowed, requireVisible } from '#http/principal.ts';
import { defineRoute, type Route } from '#http/route.ts';
import type { AlertStatus } from './alerts/status.ts';
import {
  AlertList,
  AlertsQuery,
  AlertUpdate,
  AssessmentList,
  AssessmentsQuery,
  ComplianceAssessment,
  RecommendationList,
  RecommendationsQuery,
  RegulatoryCompliance,
  RegulatoryQuery,
  SecureScoreQuery,
  SecureScores,
  SecurityAlert,
} from './schema.ts';
import type { Security } from './service.ts';

type Ports = { readonly security: Security; readonly status: AlertStatus };

/** HTTP routes of security; the tenant is the caller's, and so are the subscriptions that are seen. */
export function securityRoutes(ports: Ports): Route[] {
  return [...listRoutes(ports), ...alertRoutes(ports), ...overviewRoutes(ports)];
}

function listRoutes({ security }: Ports): Route[] {
  return [
    defineRoute({
      name: 'listRecommendations',
      method: 'GET',
      path: '/api/v1/security/recommendations',
      role: 'viewer',
      bySubscription: true,
      summary: 'What Defender for Cloud recommends, gravest first',
      query: RecommendationsQuery,
      responses: { 200: { description: 'A page of recommendations.', schema: RecommendationList } },
      handle: async (call) => ({
        body: await security.recommendations(call.principal.tenantId, narrowed(call)),
      }),
    }),
    defineRoute({
      name: 'listAssessments',
      method: 'GET',
      path: '/api/v1/security/assessments',
      role: 'viewer',
      bySubscription: true,
      summary: 'Assessments of resources, those of a resource together',
      query: AssessmentsQuery,
      responses: { 200: { description: 'A page of assessments.', schema: AssessmentList } },
      handle: async (call) => ({
        body: await security.assessments(call.principal.tenantId, narrowed(call)),
      }),
    }),
    defineRoute({
      name: 'getAssessment',
      method: 'GET',
      path: '/api/v1/security/assessments/{id+}',
      role: 'viewer',
      bySubscription: true,
      summary: 'One assessment with its findings, by ARM id or short id',
      responses: { 200: { description: 'The assessment.', schema: ComplianceAssessment } },
      handle: async ({ principal, params }) => {
        const assessment = await security.assessment(principal.tenantId, params.id ?? '');
        requireVisible(principal, assessment.subscription_id, `there is no assessment ${params.id}`);
        return { body: assessment };
      },
    }),
  ];
}

function alertRoutes({ security, status }: Ports): Route[] {
  return [
    defineRoute({
      name: 'listAlerts',
      method: 'GET',
      path: '/api/v1/security/alerts',
      role: 'viewer',
      bySubscription: true,
      summary: 'Security alerts, newest first, with what the processors made of each',
      query: AlertsQuery,
      responses: { 200: { description: 'A page of alerts.', schema: AlertList } },
      handle: async (call) => ({ body: await security.alerts(call.principal.tenantId, narrowed(call)) }),
    }),
    defineRoute({
      name: 'updateAlert',
      method: 'PATCH',
      path: '/api/v1/security/alerts/{id+}',
      role: 'operator',
      bySubscription: true,
      summary: 'Set the status of an alert in Azure',
      description:
        'Needs the writing identity (`AZURE_WRITER_CLIENT_ID`) with the role Security Admin; without it the answer is 409 and says so.',
      body: AlertUpdate,
      responses: { 200: { description: 'The alert as it is now.', schema: SecurityAlert } },
      handle: async ({ principal, params, body }) => {
        const id = params.id ?? '';
        const { subscriptionId } = await status.locate(principal.tenantId, id);
        requireVisible(principal, subscriptionId, `there is no alert ${id}`);
        return { body: await status.set(principal.tenantId, id, body) };
      },
    }),
  ];
}

function overviewRoutes({ security }: Ports): Route[] {
  return [
    defineRoute({
      name: 'getSecureScore',
      method: 'GET',
      path: '/api/v1/security/secure-score',
      role: 'viewer',
      bySubscription: true,
      summary: 'Secure score of each subscription, its controls, and its history by day',
      query: SecureScoreQuery,
      responses: { 200: { description: 'The scores.', schema: SecureScores } },
      handle: async (call) => ({
        body: await security.secureScore(call.principal.tenantId, narrowed(call)),
      }),
    }),
    defineRoute({
      name: 'getRegulatoryCompliance',
      method: 'GET',
      path: '/api/v1/security/regulatory-compliance',
      role: 'viewer',
      bySubscription: true,
      summary: 'Regulatory standards with their controls and assessments',
      query: RegulatoryQuery,
      responses: {
        200: { description: 'Every standard that is switched on.', schema: RegulatoryCompliance },
      },
      handle: async (call) => ({
        body: await security.regulatoryCompliance(call.principal.tenantId, narrowed(call)),
      }),
    }),
  ];
}
