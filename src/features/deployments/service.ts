import { randomUUID } from 'node:crypto';
import type { JsonObject } from '#features/policy/index.ts';
import type { Principal } from '#http/principal.ts';
import { visibleSubscription } from '#http/principal.ts';
import { grants } from '#http/role.ts';
import type { AzureDeployments } from '#platform/azureDeployments.ts';
import type { Clock } from '#platform/clock.ts';
import { Failure, messageOf } from '#platform/failure.ts';
import { log } from '#platform/log.ts';
import type { Queues } from '#platform/queues.ts';
import type { Tables } from '#platform/tables.ts';
import type { CompileBicep } from './bicep.ts';
import type { EvaluateDocuments } from './check.ts';
import { actionExecuted } from './event.ts';
import { describeParameters } from './library.ts';
import { type DeploymentMessage, deploymentsQueue } from './queue.ts';
import type { ApprovalRule, Deployment, DeploymentInput, LibraryTemplate, TemplateInput } from './schema.ts';
import { partParameters, type SecureValues } from './secureValues.ts';
import { expand, scopeOf, steps } from './steps.ts';
import { type DeploymentStore, deployingTenants, hasEnded, type Kept, planEnds } from './store.ts';

export type DeploymentsOptions = {
  readonly tables: Tables;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly storeOf: (tenantId: string) => DeploymentStore;
  readonly secureValues: SecureValues;
  /** Undefined where nothing may write to the estate. */
  readonly azure: AzureDeployments | undefined;
  readonly evaluate: EvaluateDocuments;
  readonly compileBicep: CompileBicep;
  /** Whether a subscription belongs to the tenant. */
  readonly owns: (tenantId: string, subscriptionId: string) => Promise<boolean>;
};

/** What a deployment follows from: of the same origin there is one, however often it is asked for. */
export type Origin = { readonly at: Date; readonly uuid: string };

/** One that has not moved for this long was left by a process that died. */
const STALLED_MS = 120_000;

/** Deployments: checked against what is assigned, validated by Azure, approved where a rule asks, then run. */
export class Deployments {
  readonly #options: DeploymentsOptions;

  constructor(options: DeploymentsOptions) {
    this.#options = options;
  }

  /**
   * Accepts a deployment; its steps follow by message.
   * @throws Failure `invalid` (template or parameters), `notFound` (subscription, template), `conflict` (no writing)
   */
  async create(principal: Principal, input: DeploymentInput, origin?: Origin): Promise<Deployment> {
    const { tenantId } = principal;
    this.#azure();
    await this.#requireSubscription(principal, input.subscription_id);
    const { at, uuid } = origin ?? { at: this.#options.clock.now(), uuid: randomUUID() };
    const id = `${String(9_999_999_999_999 - at.getTime())}-${uuid.slice(0, 8)}`;
    const known = origin && (await this.#options.storeOf(tenantId).find(id));
    if (known) return known;
    const template = await this.#templateOf(tenantId, input);
    const deployment: Deployment = {
      id,
      deployment_name: `policycortex-${uuid}`,
      status: 'checking',
      subscription_id: input.subscription_id.toLowerCase(),
      resource_group_name: input.resource_group_name ?? null,
      location: input.location ?? null,
      dry_run: input.dry_run,
      requested_by: principal.name,
      requested_by_id: principal.id,
      approved_by: null,
      approval: null,
      resources: [],
      findings: [],
      changes: [],
      outputs: null,
      correlation_id: null,
      error: null,
      created_at: at.toISOString(),
      updated_at: at.toISOString(),
    };
    const parameters = input.parameters as JsonObject;
    requireSound(deployment, { template, parameters });
    const { plain, secure } = partParameters(template, parameters);
    await this.#options.secureValues.keep(deployment.deployment_name, secure);
    await this.#options.storeOf(tenantId).insert(deployment, { template, parameters: plain });
    await this.#queue(tenantId, deployment.id);
    return deployment;
  }

  async list(principal: Principal, query: Parameters<DeploymentStore['list']>[0]) {
    const page = await this.#options.storeOf(principal.tenantId).list(query);
    return {
      ...page,
      data: page.data.filter((each) => visibleSubscription(principal, each.subscription_id)),
    };
  }

  /** @throws Failure `notFound` */
  async get(principal: Principal, id: string): Promise<Kept<Deployment>> {
    const deployment = await this.#options.storeOf(principal.tenantId).find(id);
    if (!deployment || !visibleSubscription(principal, deployment.subscription_id))
      throw new Failure('notFound', `there is no deployment ${id}`, {
        next: 'list them: GET /api/v1/deployments',
      });
    return deployment;
  }

  /** What Azure did so far, resource by resource; none where it was not asked to do anything. */
  async operations(deployment: Deployment) {
    const hasStarted = ['deploying', 'cancelling', 'succeeded', 'failed', 'cancelled'].includes(
      deployment.status,
    );
    if (!hasStarted || !this.#options.azure) return [];
    try {
      const found = await this.#options.azure.operations(scopeOf(deployment), deployment.deployment_name);
      return found.map((each) => ({
        resource_id: each.resourceId,
        resource_type: each.resourceType,
        operation: each.operation,
        state: each.state,
        at: each.at ?? null,
        error: each.error ?? null,
      }));
    } catch (error) {
      log.warning('operations of a deployment could not be read', {
        id: deployment.id,
        error: messageOf(error),
      });
      return [];
    }
  }

  /** Deploys what a dry run has planned. @throws Failure `conflict` */
  async start(principal: Principal, id: string): Promise<Deployment> {
    const planned = await this.get(principal, id);
    if (planned.status !== 'planned')
      throw new Failure('conflict', `the deployment is ${planned.status}, not planned`, {
        next: 'only a dry run that is planned can be started',
      });
    return this.#move(principal, planned, {
      dry_run: false,
      status: 'checking',
      started_by: principal.name,
      started_by_id: principal.id,
    });
  }

  /** @throws Failure `conflict`, `forbidden` where another role must decide, or who asked or started would approve himself */
  async decide(principal: Principal, id: string, approves: boolean): Promise<Deployment> {
    const waiting = await this.get(principal, id);
    const { approval, status } = waiting;
    if (status !== 'awaiting_approval' || !approval)
      throw new Failure('conflict', `the deployment is ${status}: nobody's approval is asked for`);
    if (!principal.roles.some((role) => role === approval.role || grants(role, approval.role as typeof role)))
      throw new Failure('forbidden', `the rule "${approval.rule}" asks for the role ${approval.role}`);
    if (approves && [waiting.requested_by_id, waiting.started_by_id].includes(principal.id))
      throw new Failure('forbidden', 'who asked for a deployment, or started it, cannot approve it', {
        next: `somebody else with the role ${approval.role} must`,
      });
    return this.#move(
      principal,
      waiting,
      approves ? { status: 'validating', approved_by: principal.name } : { status: 'rejected' },
    );
  }

  /** Ends what has not begun, stops what runs. @throws Failure `conflict` where it has ended */
  async cancel(principal: Principal, id: string): Promise<Deployment> {
    const deployment = await this.get(principal, id);
    if (hasEnded(deployment.status))
      throw new Failure('conflict', `the deployment has ended: ${deployment.status}`);
    const status = deployment.status === 'deploying' ? 'cancelling' : 'cancelled';
    return deployment.status === 'cancelling' ? deployment : this.#move(principal, deployment, { status });
  }

  /** Takes as many steps as can be taken now. Throws where Azure is away: the queue brings the message again. */
  async run({ tenant_id: tenantId, id }: DeploymentMessage): Promise<void> {
    const store = this.#options.storeOf(tenantId);
    for (;;) {
      const deployment = await store.find(id);
      if (!deployment) return;
      const step = steps[deployment.status];
      if (!step) {
        return this.#afterwards(tenantId, deployment);
      }
      const body = await this.#bodyOf(tenantId, deployment);
      const rules = await store.rules();
      const { evaluate, clock } = this.#options;
      const azure = this.#azure();
      const result = await step({ tenantId, deployment, body, azure, evaluate, rules, clock });
      const written = await this.#write(tenantId, deployment, result.change);
      if (written && result.againAfter !== undefined) return this.#queue(tenantId, id, result.againAfter);
    }
  }

  /** Takes up what a dead process left. Returns how many. */
  async sweep(): Promise<number> {
    const before = new Date(this.#options.clock.now().getTime() - STALLED_MS);
    let found = 0;
    for (const tenantId of await deployingTenants(this.#options.tables)) {
      for (const id of await this.#options.storeOf(tenantId).stalled(before)) {
        await this.#queue(tenantId, id);
        found += 1;
      }
    }
    return found;
  }

  async putTemplate(
    tenantId: string,
    input: TemplateInput,
    id: string = randomUUID(),
  ): Promise<LibraryTemplate> {
    const store = this.#options.storeOf(tenantId);
    const known = await store.findTemplate(id);
    const template = await this.#templateOf(tenantId, input);
    const at = this.#options.clock.now().toISOString();
    const { name, description, version, author } = input;
    const parameters = describeParameters(template);
    const entry = { id, name, description, version, author, parameters };
    const kept = { ...entry, created_at: known?.created_at ?? at, updated_at: at };
    await store.writeBody(`template-${id}`, { template, parameters: {} });
    await store.putTemplate(kept);
    return kept;
  }

  /** @throws Failure `notFound` */
  async getTemplate(tenantId: string, id: string): Promise<LibraryTemplate & { template: JsonObject }> {
    const store = this.#options.storeOf(tenantId);
    const [entry, body] = await Promise.all([store.findTemplate(id), store.readBody(`template-${id}`)]);
    if (!entry || !body)
      throw new Failure('notFound', `there is no template ${id}`, {
        next: 'list them: GET /api/v1/templates',
      });
    return { ...entry, template: body.template };
  }

  async listTemplates(tenantId: string): Promise<LibraryTemplate[]> {
    return this.#options.storeOf(tenantId).listTemplates();
  }

  async removeTemplate(tenantId: string, id: string): Promise<void> {
    await this.getTemplate(tenantId, id);
    await this.#options.storeOf(tenantId).removeTemplate(id);
  }

  rules(tenantId: string): Promise<ApprovalRule[]> {
    return this.#options.storeOf(tenantId).rules();
  }

  setRules(tenantId: string, rules: readonly ApprovalRule[]): Promise<void> {
    return this.#options.storeOf(tenantId).setRules(rules);
  }

  /** Changes by a person's word: refused where a step was faster. */
  async #move(
    principal: Principal,
    deployment: Kept<Deployment>,
    change: Partial<Deployment>,
  ): Promise<Deployment> {
    const written = await this.#write(principal.tenantId, deployment, change);
    if (!written)
      throw new Failure('conflict', 'the deployment has just changed', {
        next: 'read it again and decide anew',
      });
    await this.#queue(principal.tenantId, deployment.id);
    return written;
  }

  async #write(tenantId: string, deployment: Kept<Deployment>, change: Partial<Deployment>) {
    const { status } = change;
    const time = this.#options.clock.now().toISOString();
    const events = status && hasEnded(status) ? [actionExecuted(tenantId, deployment, { status, time })] : [];
    return this.#options.storeOf(tenantId).replace(deployment, change, events);
  }

  /** Secure values outlive no deployment; a plan that nobody starts ends after a day. */
  async #afterwards(tenantId: string, deployment: Kept<Deployment>): Promise<void> {
    if (deployment.status === 'planned' && planEnds(deployment) <= this.#options.clock.now().toISOString()) {
      const change = { status: 'cancelled', error: 'nobody started the plan within 24 hours' } as const;
      if (await this.#write(tenantId, deployment, change)) await this.#queue(tenantId, deployment.id);
      return;
    }
    if (!hasEnded(deployment.status)) return;
    const store = this.#options.storeOf(tenantId);
    await store.settle(deployment.id);
    const body = await store.readBody(deployment.id);
    if (body) await this.#options.secureValues.forget(deployment.deployment_name, body.template);
  }

  async #bodyOf(tenantId: string, deployment: Deployment) {
    const body = await this.#options.storeOf(tenantId).readBody(deployment.id);
    if (!body) throw new Error(`the template of deployment ${deployment.id} is gone`);
    const { template, parameters } = body;
    const { deployment_name: name } = deployment;
    return { template, parameters: await this.#options.secureValues.join(name, template, parameters) };
  }

  async #templateOf(
    tenantId: string,
    input: Pick<DeploymentInput, 'template' | 'bicep' | 'template_id'>,
  ): Promise<JsonObject> {
    if (input.template_id !== undefined)
      return (await this.getTemplate(tenantId, input.template_id)).template;
    if (input.bicep !== undefined) return this.#options.compileBicep(input.bicep);
    if (input.template !== undefined) return input.template as JsonObject;
    throw new Failure('invalid', 'a template is required', {
      problems: [{ field: '/template', reason: 'give template (ARM JSON) or bicep' }],
    });
  }

  async #requireSubscription(principal: Principal, id: string): Promise<void> {
    const isOwn = visibleSubscription(principal, id) && (await this.#options.owns(principal.tenantId, id));
    if (!isOwn)
      throw new Failure('notFound', `there is no subscription ${id}`, {
        next: 'list them: GET /api/v1/subscriptions',
      });
  }

  #azure(): AzureDeployments {
    if (this.#options.azure) return this.#options.azure;
    throw new Failure('conflict', 'writing to the estate is off', {
      next: 'set AZURE_WRITER_CLIENT_ID to an identity with the role Contributor where deployments go',
    });
  }

  async #queue(tenantId: string, id: string, afterSeconds = 0): Promise<void> {
    const notBefore = new Date(this.#options.clock.now().getTime() + afterSeconds * 1000);
    await this.#options.queues.send(deploymentsQueue, [
      {
        body: { tenant_id: tenantId, id } satisfies DeploymentMessage,
        messageId: randomUUID(),
        tenantId,
        ...(afterSeconds > 0 && { notBefore }),
      },
    ]);
  }
}

/** What is wrong with a template is told before anything is kept. @throws Failure `invalid` */
function requireSound(deployment: Deployment, body: { template: JsonObject; parameters: JsonObject }): void {
  const { problems } = expand(deployment, body, deployment.created_at);
  if (problems.length === 0) return;
  throw new Failure('unprocessable', 'the template cannot be deployed as it is', {
    problems: problems.map(({ path, reason }) => ({ field: path, reason })),
    next: 'mend the template or its parameters; `az deployment group validate` says the same of syntax',
  });
}
