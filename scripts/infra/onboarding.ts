import { join } from 'node:path';
import { z } from 'zod';
import { type Az, AzError } from './az.ts';

/** Adds subscriptions to what an installation watches, and takes them away. Every step may be repeated. */

const TEMPLATES = join(import.meta.dirname, '../../infra/onboarding');
const DEPLOYMENT = 'policycortex-watch';

export type Target =
  | { readonly kind: 'subscription'; readonly id: string }
  | { readonly kind: 'managementGroup'; readonly id: string };

export type OnboardingOptions = {
  readonly target: Target;
  /** Resource group and subscription of the installation. */
  readonly home: { readonly resourceGroup: string; readonly subscriptionId: string };
  readonly write: boolean;
  readonly whatIf: boolean;
};

export type OnboardingPorts = {
  readonly az: Az;
  /** For commands whose output is for people. */
  readonly show: (args: readonly string[]) => void;
  readonly say: (line: string) => void;
};

const Installation = z.object({
  environmentName: z.string(),
  tags: z.record(z.string(), z.string()),
  watchGroup: z.string(),
  topicName: z.string(),
  eventSubscriptionName: z.string(),
  location: z.string(),
  functionId: z.string(),
  appPrincipalId: z.string(),
  writerPrincipalId: z.string(),
  eventsIdentityId: z.string(),
  eventQueueId: z.string(),
  deadLetterStorageId: z.string(),
  deadLetterContainer: z.string(),
  actionGroupId: z.string(),
  isPrivate: z.boolean(),
});
type Installation = z.infer<typeof Installation>;

const Topics = z.array(z.object({ name: z.string(), resourceGroup: z.string() }));
type Topic = z.infer<typeof Topics>[number];
const Assignments = z.array(z.object({ id: z.string(), role: z.string() }));

/** What cannot be done, and why; the message is one line. */
export class OnboardingError extends Error {
  override readonly name = 'OnboardingError';
}

/**
 * Event Grid topic in each subscription and the reading role, on the management group where one was named.
 * @throws OnboardingError, AzError
 */
export function add(options: OnboardingOptions, ports: OnboardingPorts): void {
  const installation = readInstallation(options, ports);
  if (options.write && installation.writerPrincipalId === '') {
    throw new OnboardingError('writing is off: set ENABLE_WRITING=true and provision first');
  }
  const subscriptions = subscriptionsOf(options.target, ports);
  if (options.target.kind === 'managementGroup')
    assignOnGroup(options.target.id, installation, { options, ports });
  forEachSubscription(subscriptions, ports, (id) => watch(id, installation, { options, ports }));
  ports.say(`${options.whatIf ? 'would watch' : 'watching'} ${subscriptions.length} subscription(s)`);
}

/** Takes away what `add` made, and nothing else. @throws OnboardingError, AzError */
export function remove(options: OnboardingOptions, ports: OnboardingPorts): void {
  const installation = readInstallation(options, ports);
  const subscriptions = subscriptionsOf(options.target, ports);
  forEachSubscription(subscriptions, ports, (id) => unwatch(id, installation, { options, ports }));
  if (options.target.kind === 'managementGroup') {
    const scope = `/providers/Microsoft.Management/managementGroups/${options.target.id}`;
    unassign(scope, installation, { options, ports });
  }
  ports.say(
    `${options.whatIf ? 'would no longer watch' : 'no longer watching'} ${subscriptions.length} subscription(s)`,
  );
}

/** One subscription that fails does not keep the others from being done. */
function forEachSubscription(
  ids: readonly string[],
  { say }: OnboardingPorts,
  work: (id: string) => void,
): void {
  const failed = ids.filter((id) => {
    try {
      work(id);
      return false;
    } catch (error) {
      if (!(error instanceof AzError)) throw error;
      say(`${id}: ${error.message}`);
      return true;
    }
  });
  if (failed.length > 0) {
    throw new OnboardingError(
      `${failed.length} of ${ids.length} failed (run it again): ${failed.join(', ')}`,
    );
  }
}

type Work = { readonly options: OnboardingOptions; readonly ports: OnboardingPorts };

function watch(subscriptionId: string, installation: Installation, { options, ports }: Work): void {
  const { environmentName, writerPrincipalId, ...rest } = installation;
  const other = topicsOf(subscriptionId, ports).find((topic) => !isOurs(topic, installation));
  if (other) {
    ports.say(
      installation.isPrivate
        ? `${subscriptionId}: topic ${other.name} is somebody else's, and Event Grid cannot call a private app: changes are found by the change feed`
        : `${subscriptionId}: joining topic ${other.name}, which somebody else made; without dead-lettering`,
    );
  }
  const parameters = {
    ...rest,
    writerPrincipalId: options.write ? writerPrincipalId : '',
    assignRoles: options.target.kind === 'subscription',
    ...(other && { existingTopic: { name: other.name, group: other.resourceGroup } }),
  };
  ports.say(`${subscriptionId}: ${options.whatIf ? 'what would change' : 'deploying topic and roles'}`);
  ports.show([
    'deployment',
    'sub',
    options.whatIf ? 'what-if' : 'create',
    ...['--subscription', subscriptionId, '--location', installation.location],
    ...[
      '--name',
      `${DEPLOYMENT}-${environmentName}`,
      '--template-file',
      join(TEMPLATES, 'subscription.bicep'),
    ],
    ...['--parameters', toParameters(parameters)],
  ]);
}

function assignOnGroup(id: string, installation: Installation, { options, ports }: Work): void {
  const { appPrincipalId, writerPrincipalId, environmentName, location } = installation;
  const parameters = { appPrincipalId, writerPrincipalId: options.write ? writerPrincipalId : '' };
  ports.say(`management group ${id}: ${options.whatIf ? 'what would change' : 'assigning roles'}`);
  ports.show([
    'deployment',
    'mg',
    options.whatIf ? 'what-if' : 'create',
    ...['--management-group-id', id, '--location', location],
    ...[
      '--name',
      `${DEPLOYMENT}-${environmentName}`,
      '--template-file',
      join(TEMPLATES, 'managementGroup.bicep'),
    ],
    ...['--parameters', toParameters(parameters)],
  ]);
}

function unwatch(subscriptionId: string, installation: Installation, { options, ports }: Work): void {
  const { az, say } = ports;
  const at = ['--subscription', subscriptionId];
  for (const topic of topicsOf(subscriptionId, ports)) {
    if (isOurs(topic, installation)) {
      say(`${subscriptionId}: deleting resource group ${topic.resourceGroup}`);
      if (!options.whatIf) az(['group', 'delete', '--name', topic.resourceGroup, '--yes', ...at]);
    } else if (hasOurDelivery(topic, subscriptionId, { installation, ports })) {
      say(`${subscriptionId}: leaving topic ${topic.name}`);
      if (!options.whatIf)
        az([
          'eventgrid',
          'system-topic',
          'event-subscription',
          'delete',
          '--yes',
          ...deliveryOf(topic, installation),
          ...at,
        ]);
    }
  }
  unassign(`/subscriptions/${subscriptionId}`, installation, { options, ports });
}

/** Deletes the role assignments of our identities at exactly this scope. */
function unassign(scope: string, installation: Installation, { options, ports }: Work): void {
  const principals = [installation.appPrincipalId, installation.writerPrincipalId].filter((id) => id !== '');
  for (const principal of principals) {
    const query = `[?principalId=='${principal}' && scope=='${scope}'].{id:id, role:roleDefinitionName}`;
    const listed = ports.az(['role', 'assignment', 'list', '--scope', scope, '--query', query]);
    for (const { id, role } of Assignments.parse(listed ?? [])) {
      ports.say(`${scope}: taking ${role} from ${principal}`);
      if (!options.whatIf) ports.az(['role', 'assignment', 'delete', '--ids', id]);
    }
  }
}

function readInstallation({ home }: OnboardingOptions, { az }: OnboardingPorts): Installation {
  const found = az([
    ...['deployment', 'group', 'show', '--subscription', home.subscriptionId],
    ...['--resource-group', home.resourceGroup, '--name', 'policycortex'],
    ...['--query', 'properties.outputs.onboarding.value'],
  ]);
  const parsed = Installation.safeParse(found);
  if (parsed.success) return parsed.data;
  throw new OnboardingError(
    `no installation in resource group ${home.resourceGroup}: azd provision makes one`,
  );
}

/** The subscription, or every enabled one below the management group. */
function subscriptionsOf(target: Target, { az }: OnboardingPorts): string[] {
  if (target.kind === 'subscription') return [target.id];
  const found = az([
    'account',
    'management-group',
    'subscription',
    'show-sub-under-mg',
    '--name',
    target.id,
    '--query',
    "[?state=='Active'].name",
  ]);
  const nested = az([
    'account',
    'management-group',
    'entities',
    'list',
    '--query',
    `[?type=='/subscriptions' && contains(parentNameChain, '${target.id}')].name`,
  ]);
  const ids = [...z.array(z.string()).parse(found ?? []), ...z.array(z.string()).parse(nested ?? [])];
  if (ids.length === 0)
    throw new OnboardingError(`there is no subscription below management group ${target.id}`);
  return [...new Set(ids.map((id) => id.toLowerCase()))].sort();
}

/** Azure allows one system topic a source, so there is one at most; any may have made it. */
function topicsOf(subscriptionId: string, { az }: OnboardingPorts): Topic[] {
  const source = `/subscriptions/${subscriptionId}`;
  const query = `[?topicType=='Microsoft.Resources.Subscriptions' && source=='${source}'].{name:name, resourceGroup:resourceGroup}`;
  return Topics.parse(
    az(['eventgrid', 'system-topic', 'list', '--subscription', subscriptionId, '--query', query]) ?? [],
  );
}

function isOurs(topic: Topic, installation: Installation): boolean {
  return (
    topic.name === installation.topicName &&
    topic.resourceGroup.toLowerCase() === installation.watchGroup.toLowerCase()
  );
}

function hasOurDelivery(
  topic: Topic,
  subscriptionId: string,
  { installation, ports }: { installation: Installation; ports: OnboardingPorts },
): boolean {
  const found = ports.az([
    'eventgrid',
    'system-topic',
    'event-subscription',
    'list',
    '--subscription',
    subscriptionId,
    '--resource-group',
    topic.resourceGroup,
    '--system-topic-name',
    topic.name,
    '--query',
    '[].name',
  ]);
  return z
    .array(z.string())
    .parse(found ?? [])
    .includes(installation.eventSubscriptionName);
}

function deliveryOf(topic: Topic, installation: Installation): string[] {
  return [
    '--name',
    installation.eventSubscriptionName,
    '--system-topic-name',
    topic.name,
    '--resource-group',
    topic.resourceGroup,
  ];
}

/** Inline parameters file, as `az deployment … --parameters` takes it. */
function toParameters(values: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }])));
}
