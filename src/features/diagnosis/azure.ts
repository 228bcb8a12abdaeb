import * as z from 'zod';
import { AzureError, type ResourceManager } from '#platform/resourceManager.ts';
import { answerOf, type Check, type Finding, failed, found, ok, skipped, warning } from './finding.ts';

const EVENT_GRID_VERSION = '2025-02-15';
const MANY = 50;

const Topics = z.object({
  value: z.array(z.object({ id: z.string(), properties: z.object({ topicType: z.string() }) })),
});
const Destination = z.looseObject({
  endpointType: z.string(),
  properties: z.object({ resourceId: z.string().optional() }).optional(),
});
const Subscriptions = z.object({
  value: z.array(
    z.object({
      name: z.string(),
      properties: z.object({
        provisioningState: z.string(),
        destination: Destination.nullish(),
        deliveryWithResourceIdentity: z.object({ destination: Destination }).nullish(),
      }),
    }),
  ),
});
type EventSubscription = z.infer<typeof Subscriptions>['value'][number];

type Ports = {
  readonly azure: ResourceManager;
  readonly onlySubscriptions: readonly string[] | undefined;
  readonly resourceManagerEndpoint: string;
  readonly isLocal: boolean;
};

/** Reads of each watched subscription what the role Reader allows, and how its events are delivered. */
export function azureChecks(ports: Ports): Check[] {
  return [
    { name: 'estate', run: () => each('estate', ports, (id) => readEstate(id, ports)) },
    { name: 'events', run: () => each('events', ports, (id) => readEvents(id, ports)) },
  ];
}

async function each(
  check: string,
  ports: Ports,
  look: (subscriptionId: string) => Promise<Finding>,
): Promise<Finding[]> {
  try {
    const visible = (await ports.azure.listSubscriptions()).map(({ subscriptionId }) => subscriptionId);
    const ids = [...(ports.onlySubscriptions ?? visible)].slice(0, MANY);
    if (ids.length > 0)
      return Promise.all(
        ids.map((id) =>
          found(
            () => look(id),
            (error) => explain(check, id, { error, isLocal: ports.isLocal }),
          ),
        ),
      );
    const detail = 'the identity can read no subscription';
    return [failed(check, 'subscriptions', { detail, mend: onboard('ID') })];
  } catch (error) {
    return [explain(check, 'subscriptions', { error, isLocal: ports.isLocal })];
  }
}

function explain(check: string, subject: string, given: { error: unknown; isLocal: boolean }): Finding {
  const { error, isLocal } = given;
  const kind = error instanceof AzureError ? error.kind : undefined;
  const { words } = answerOf(error);
  if (kind === 'refused' || kind === 'notFound')
    return failed(check, subject, {
      detail: `the role Reader is not granted: ${words}`,
      mend: onboard(subject),
    });
  if (kind === 'throttled')
    return warning(check, subject, {
      detail: 'Azure throttles the identity',
      mend: 'docs/operations/alerts.md#azure-throttling',
    });
  return failed(check, subject, {
    detail: `Azure does not answer: ${words}`,
    mend: isLocal ? 'npm start' : 'check AZURE_RESOURCE_MANAGER_ENDPOINT and the way out of the network',
  });
}

async function readEstate(subscriptionId: string, { azure }: Ports): Promise<Finding> {
  await azure.listResourceGroups(subscriptionId);
  await azure.queryGraph({
    subscriptionId,
    query: 'resources | project id | limit 1',
    skipToken: undefined,
  });
  return ok('estate', subscriptionId, 'read through Resource Manager and Resource Graph');
}

async function readEvents(subscriptionId: string, ports: Ports): Promise<Finding> {
  const { azure, isLocal, resourceManagerEndpoint } = ports;
  if (isLocal && !resourceManagerEndpoint.startsWith('http://'))
    return skipped('events', subscriptionId, 'events cannot reach this machine; the change feed does');
  const trouble = (detail: string) =>
    failed('events', subscriptionId, { detail, mend: isLocal ? 'npm start' : onboard(subscriptionId) });
  const topics = `/subscriptions/${subscriptionId}/providers/Microsoft.EventGrid/systemTopics`;
  const listed = Topics.parse((await azure.getResource(topics, EVENT_GRID_VERSION)) ?? { value: [] });
  const topic = listed.value.find(({ properties }) => isOfSubscription(properties.topicType));
  if (!topic) return trouble('no Event Grid topic: changes are found by the change feed alone');
  const delivered = await azure.getResource(`${topic.id}/eventSubscriptions`, EVENT_GRID_VERSION);
  const ours = Subscriptions.parse(delivered ?? { value: [] }).value.find(leadsHere);
  if (!ours) return trouble('the topic has no event subscription that leads here');
  const { provisioningState } = ours.properties;
  if (provisioningState !== 'Succeeded')
    return trouble(`event subscription ${ours.name} is ${provisioningState}`);
  return ok('events', subscriptionId, `delivered by ${ours.name}`);
}

function isOfSubscription(topicType: string): boolean {
  return topicType.toLowerCase() === 'microsoft.resources.subscriptions';
}

function leadsHere({ properties }: EventSubscription): boolean {
  const destination = properties.deliveryWithResourceIdentity?.destination ?? properties.destination;
  const target = destination?.properties?.resourceId ?? '';
  return (
    destination?.endpointType === 'WebHook' ||
    /\/(queues\/resource-events|functions\/resourceEvents)$/i.test(target)
  );
}

function onboard(subscriptionId: string): string {
  return `azd env exec -- node scripts/infra/onboard.ts add --subscription ${subscriptionId}`;
}
