import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { evaluate, type PredictedResource } from '../../scripts/infra/snapshots.ts';
import { isRelevant } from '../../src/features/discovery/events.ts';
import { resourceEventsQueue } from '../../src/features/discovery/index.ts';
import { at, deployed, hasBicep, isRecord, ofType, only, ROOT, roleIds } from './support.ts';

const Printed = z.object({
  content: z.string(),
  functions: z.array(
    z.object({ name: z.string(), bindings: z.record(z.string(), z.looseObject({ type: z.string() })) }),
  ),
});

/** What the app registers, told by the app itself in a process of its own. */
function registered(): z.infer<typeof Printed> {
  const script = join(ROOT, 'scripts/infra/declarations.ts');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, '--print'], {
    encoding: 'utf8',
    cwd: ROOT,
  });
  if (status !== 0) throw new Error(stderr);
  return Printed.parse(JSON.parse(stdout));
}

let app: z.infer<typeof Printed>;
beforeAll(() => {
  app = registered();
});

describe('the triggers', () => {
  test('are known to Bicep (else: node scripts/infra/declarations.ts)', () => {
    const kept = JSON.parse(readFileSync(join(ROOT, 'infra/declarations.json'), 'utf8'));

    expect(JSON.parse(app.content)).toEqual(kept);
  });

  test('have each its resource, and each connection its settings', () => {
    const all = deployed('prod');
    const queues = ofType(all, 'Microsoft.ServiceBus/namespaces/queues').map(({ name }) =>
      name.split('/').at(-1),
    );
    const settings = at(only(all, 'Microsoft.Web/sites/config'), 'properties');

    for (const { name, bindings } of app.functions)
      for (const binding of Object.values(bindings)) {
        switch (binding.type) {
          case 'serviceBusTrigger':
            expect(queues, name).toContain(binding.queueName);
            expect(settings).toHaveProperty([`${String(binding.connection)}__fullyQualifiedNamespace`]);
            expect(settings).toHaveProperty([`${String(binding.connection)}__credential`]);
            break;
          case 'httpTrigger':
          case 'http':
          case 'eventGridTrigger':
            break;
          case 'timerTrigger':
            expect(settings, 'timers keep their lease in the storage of the host').toHaveProperty([
              'AzureWebJobsStorage__blobServiceUri',
            ]);
            break;
          default:
            throw new Error(`${name}: infra knows no ${binding.type}; add its resource and this case`);
        }
      }
  });
});

describe.runIf(hasBicep)('a watched subscription', () => {
  const FUNCTION = `/subscriptions/home/resourceGroups/rg/providers/Microsoft.Web/sites/app/functions/resourceEvents`;
  const QUEUE = `/subscriptions/home/resourceGroups/rg/providers/Microsoft.ServiceBus/namespaces/sb/queues/${resourceEventsQueue.name}`;
  const parameters = (more: string) => `using 'onboarding/subscription.bicep'
param watchGroup = 'rg-watch'
param location = 'westeurope'
param topicName = 'evgt'
param eventSubscriptionName = 'policycortex-prod'
param functionId = '${FUNCTION}'
param eventsIdentityId = '/identity'
param eventQueueId = '${QUEUE}'
param deadLetterStorageId = '/storage'
param deadLetterContainer = 'undelivered-events'
param actionGroupId = '/group'
param appPrincipalId = 'app'
param tags = {}
${more}`;
  let alone: PredictedResource[];
  beforeAll(() => {
    alone = evaluate(parameters(''));
  });
  const delivery = (resources: readonly PredictedResource[]) =>
    at(only(resources, 'Microsoft.EventGrid/systemTopics/eventSubscriptions'), 'properties');

  test('has a topic of its own events, everywhere', () => {
    const topic = only(alone, 'Microsoft.EventGrid/systemTopics');

    expect(topic.location).toBe('global');
    expect(topic.properties).toEqual({
      source: '/subscriptions/00000000-0000-4000-8000-000000000001',
      topicType: 'Microsoft.Resources.Subscriptions',
    });
    expect(at(topic, 'identity', 'type')).toBe('UserAssigned');
  });

  test('delivers with an identity to the queue that the app reads, tries for a day, and keeps what fails', () => {
    const properties = delivery(alone);
    const read = app.functions.flatMap(({ bindings }) =>
      Object.values(bindings).map(({ queueName }) => queueName),
    );

    expect(read).toContain(resourceEventsQueue.name);
    expect(at(properties, 'destination')).toBeUndefined();
    expect(at(properties, 'deliveryWithResourceIdentity')).toEqual({
      identity: { type: 'UserAssigned', userAssignedIdentity: '/identity' },
      destination: { endpointType: 'ServiceBusQueue', properties: { resourceId: QUEUE } },
    });
    expect(at(properties, 'retryPolicy')).toEqual({
      maxDeliveryAttempts: 30,
      eventTimeToLiveInMinutes: 1440,
    });
    expect(at(properties, 'deadLetterWithResourceIdentity', 'identity', 'type')).toBe('UserAssigned');
    expect(at(properties, 'deadLetterWithResourceIdentity', 'deadLetterDestination', 'endpointType')).toBe(
      'StorageBlob',
    );
  });

  test('delivers exactly the events that the code has a use for', () => {
    const every = ['Write', 'Delete', 'Action'].flatMap((verb) =>
      ['Success', 'Failure', 'Cancel'].map((end) => `Microsoft.Resources.Resource${verb}${end}`),
    );
    const useful = every.filter((type) =>
      isRelevant({ id: '1', type, subject: '/subscriptions/s', data: {} }),
    );
    const included = at(delivery(alone), 'filter', 'includedEventTypes');

    expect(Array.isArray(included) ? included.toSorted() : included).toEqual(useful.toSorted());
  });

  test('may be read, and not written to', () => {
    const assignments = ofType(alone, 'Microsoft.Authorization/roleAssignments');
    const reader = roleIds().get('Reader') ?? 'no such role';

    expect(assignments.map((each) => at(each, 'properties', 'principalId'))).toEqual(['app']);
    expect(String(at(assignments[0], 'properties', 'roleDefinitionId'))).toContain(reader);
  });

  test('has an alert on what could not be delivered', () => {
    const alert = only(alone, 'Microsoft.Insights/metricAlerts');

    expect(at(alert, 'properties', 'actions')).toEqual([{ actionGroupId: '/group' }]);
    expect(JSON.stringify(alert)).toContain('DeadLetteredCount');
  });

  test('whose topic is somebody else’s is left alone where Event Grid cannot call the app', () => {
    const left = evaluate(
      parameters(
        `param existingTopic = { group: 'rg-other', name: 'theirs' }\nparam assignRoles = false\nparam isPrivate = true\n`,
      ),
    );

    expect(left).toEqual([]);
  });

  test('whose topic is somebody else’s is joined, not taken over', () => {
    const joined = evaluate(
      parameters(`param existingTopic = { group: 'rg-other', name: 'theirs' }\nparam assignRoles = false\n`),
    );

    expect(joined.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'Microsoft.EventGrid/systemTopics/eventSubscriptions theirs/policycortex-prod',
    ]);
    const [eventGrid] = app.functions.filter(({ bindings }) =>
      Object.values(bindings).some(({ type }) => type === 'eventGridTrigger'),
    );
    expect(FUNCTION.endsWith(`/functions/${eventGrid?.name}`)).toBe(true);
    expect(at(delivery(joined), 'destination', 'endpointType')).toBe('AzureFunction');
    expect(at(delivery(joined), 'destination', 'properties', 'resourceId')).toBe(FUNCTION);
    expect(isRecord(delivery(joined)) && 'deadLetterWithResourceIdentity' in Object(delivery(joined))).toBe(
      false,
    );
  });
});
