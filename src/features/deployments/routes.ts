import * as z from 'zod';
import { defineRoute, type Route } from '#http/route.ts';
import {
  ApprovalRules,
  Deployment,
  DeploymentDetails,
  DeploymentInput,
  DeploymentList,
  DeploymentsQuery,
  LibraryTemplate,
  TemplateInput,
  TemplateList,
  WholeTemplate,
} from './schema.ts';
import type { Deployments } from './service.ts';

const Nothing = z.strictObject({});
const Removed = z.object({ id: z.string(), deleted: z.literal(true) });

/** HTTP routes of deployments, their approval, and the library of templates. */
export function deploymentRoutes(deployments: Deployments): Route[] {
  return [
    ...deploymentOnes(deployments),
    ...decisions(deployments),
    ...templates(deployments),
    ...rules(deployments),
  ];
}

function deploymentOnes(deployments: Deployments): Route[] {
  return [
    defineRoute({
      name: 'createDeployment',
      method: 'POST',
      path: '/api/v1/deployments',
      role: 'operator',
      bySubscription: true,
      summary: 'Deploy an ARM template, checked against the policies first',
      description:
        'Every resource of the expanded template is evaluated; a deny blocks with its reason. Then Azure validates and predicts (what-if), a rule may ask for approval, and the deployment runs, incremental. With `dry_run` it ends as `planned`.',
      body: DeploymentInput,
      responses: { 202: { description: 'Accepted; follow `Location`.', schema: Deployment } },
      handle: async ({ principal, body }) => accepted(await deployments.create(principal, body)),
    }),
    defineRoute({
      name: 'listDeployments',
      method: 'GET',
      path: '/api/v1/deployments',
      role: 'viewer',
      bySubscription: true,
      summary: 'Deployments, newest first',
      query: DeploymentsQuery,
      responses: { 200: { description: 'A page.', schema: DeploymentList } },
      handle: async ({ principal, query }) => {
        const { status, limit, cursor } = query;
        const { data, next } = await deployments.list(principal, { status, limit, after: cursor });
        return { body: { data, nextCursor: next ?? null } };
      },
    }),
    defineRoute({
      name: 'getDeployment',
      method: 'GET',
      path: '/api/v1/deployments/{id}',
      role: 'viewer',
      bySubscription: true,
      summary: 'A deployment with its findings, predicted changes, operations and outputs',
      responses: { 200: { description: 'The deployment.', schema: DeploymentDetails } },
      handle: async ({ principal, params }) => {
        const { etag: _etag, ...deployment } = await deployments.get(principal, params.id ?? '');
        return { body: { ...deployment, operations: await deployments.operations(deployment) } };
      },
    }),
    defineRoute({
      name: 'cancelDeployment',
      method: 'DELETE',
      path: '/api/v1/deployments/{id}',
      role: 'operator',
      bySubscription: true,
      summary: 'Cancel a deployment',
      description: 'What Azure has written already stays; resources are not deleted.',
      responses: { 202: { description: 'Being cancelled.', schema: Deployment } },
      handle: async ({ principal, params }) => accepted(await deployments.cancel(principal, params.id ?? '')),
    }),
  ];
}

function decisions(deployments: Deployments): Route[] {
  return [
    defineRoute({
      name: 'startDeployment',
      method: 'POST',
      path: '/api/v1/deployments/{id}/start',
      role: 'operator',
      bySubscription: true,
      summary: 'Deploy what a dry run has planned',
      body: Nothing,
      responses: { 202: { description: 'Accepted; it is checked again.', schema: Deployment } },
      handle: async ({ principal, params }) => accepted(await deployments.start(principal, params.id ?? '')),
    }),
    ...(['approve', 'reject'] as const).map((decision) =>
      defineRoute({
        name: `${decision}Deployment`,
        method: 'POST',
        path: `/api/v1/deployments/{id}/${decision}`,
        role: 'viewer',
        bySubscription: true,
        summary: decision === 'approve' ? 'Approve a deployment' : 'Reject a deployment',
        description:
          'The role that may is the one that the rule names; nobody approves what he asked for himself.',
        body: Nothing,
        responses: { 202: { description: 'Decided.', schema: Deployment } },
        handle: async ({ principal, params }) =>
          accepted(await deployments.decide(principal, params.id ?? '', decision === 'approve')),
      }),
    ),
  ];
}

function templates(deployments: Deployments): Route[] {
  return [
    defineRoute({
      name: 'listTemplates',
      method: 'GET',
      path: '/api/v1/templates',
      role: 'viewer',
      summary: 'The library of templates',
      responses: { 200: { description: 'All templates.', schema: TemplateList } },
      handle: async ({ principal }) => {
        const data = await deployments.listTemplates(principal.tenantId);
        return { body: { data, total: data.length } };
      },
    }),
    defineRoute({
      name: 'createTemplate',
      method: 'POST',
      path: '/api/v1/templates',
      role: 'policy-author',
      summary: 'Add a template to the library',
      body: TemplateInput,
      responses: { 201: { description: 'Added.', schema: LibraryTemplate } },
      handle: async ({ principal, body }) => {
        const template = await deployments.putTemplate(principal.tenantId, body);
        return { status: 201, body: template, headers: { location: `/api/v1/templates/${template.id}` } };
      },
    }),
    defineRoute({
      name: 'getTemplate',
      method: 'GET',
      path: '/api/v1/templates/{id}',
      role: 'viewer',
      summary: 'A template with its content',
      responses: { 200: { description: 'The template.', schema: WholeTemplate } },
      handle: async ({ principal, params }) => ({
        body: await deployments.getTemplate(principal.tenantId, params.id ?? ''),
      }),
    }),
    defineRoute({
      name: 'replaceTemplate',
      method: 'PUT',
      path: '/api/v1/templates/{id}',
      role: 'policy-author',
      summary: 'Replace a template',
      body: TemplateInput,
      responses: { 200: { description: 'Replaced.', schema: LibraryTemplate } },
      handle: async ({ principal, params, body }) => {
        const { id } = await deployments.getTemplate(principal.tenantId, params.id ?? '');
        return { body: await deployments.putTemplate(principal.tenantId, body, id) };
      },
    }),
    defineRoute({
      name: 'deleteTemplate',
      method: 'DELETE',
      path: '/api/v1/templates/{id}',
      role: 'policy-author',
      summary: 'Remove a template',
      responses: { 200: { description: 'Removed.', schema: Removed } },
      handle: async ({ principal, params }) => {
        await deployments.removeTemplate(principal.tenantId, params.id ?? '');
        return { body: { id: params.id, deleted: true } };
      },
    }),
  ];
}

function rules(deployments: Deployments): Route[] {
  return [
    defineRoute({
      name: 'getApprovalRules',
      method: 'GET',
      path: '/api/v1/deployment-rules',
      role: 'viewer',
      summary: 'Which deployments need whose approval',
      responses: { 200: { description: 'The rules; the first that fits decides.', schema: ApprovalRules } },
      handle: async ({ principal }) => ({ body: { rules: await deployments.rules(principal.tenantId) } }),
    }),
    defineRoute({
      name: 'setApprovalRules',
      method: 'PUT',
      path: '/api/v1/deployment-rules',
      role: 'security-admin',
      summary: 'Set which deployments need whose approval',
      body: ApprovalRules,
      responses: { 200: { description: 'As set.', schema: ApprovalRules } },
      handle: async ({ principal, body }) => {
        await deployments.setRules(principal.tenantId, body.rules);
        return { body };
      },
    }),
  ];
}

function accepted(deployment: Deployment & { etag?: string }) {
  const { etag: _etag, ...body } = deployment;
  return {
    status: 202,
    body,
    headers: { location: `/api/v1/deployments/${body.id}`, 'retry-after': '2' },
  };
}
