import type { World } from '../../world.ts';
import { subscriptionNotFound } from '../failure.ts';
import { ok, type Route } from '../http.ts';

const provider = 'providers/microsoft.eventgrid/systemtopics';
const name = 'policycortex-local';

/** The system topic of a subscription and its one event subscription, there once an endpoint is subscribed. */
export const eventGridRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `subscriptions/{subscription}/${provider}`,
    handle: (_request, { estate, events }, { subscription = '' }) => {
      if (estate.subscription(subscription) === undefined) throw subscriptionNotFound(subscription);
      return ok({ value: events.endpoint === undefined ? [] : [topic(subscription)] });
    },
  },
  {
    method: 'GET',
    path: `subscriptions/{subscription}/resourcegroups/{group}/${provider}/{topic}/eventsubscriptions`,
    handle: (_request, world, { subscription = '' }) =>
      ok({ value: world.events.endpoint === undefined ? [] : [eventSubscription(world, subscription)] }),
  },
];

function idOf(subscription: string): string {
  return `/subscriptions/${subscription}/resourceGroups/rg-${name}-watch/providers/Microsoft.EventGrid/systemTopics/evgt-${name}`;
}

function topic(subscription: string): unknown {
  return {
    id: idOf(subscription),
    name: `evgt-${name}`,
    type: 'Microsoft.EventGrid/systemTopics',
    location: 'global',
    properties: {
      provisioningState: 'Succeeded',
      source: `/subscriptions/${subscription}`,
      topicType: 'Microsoft.Resources.Subscriptions',
    },
  };
}

function eventSubscription({ events }: World, subscription: string): unknown {
  return {
    id: `${idOf(subscription)}/eventSubscriptions/${name}`,
    name,
    type: 'Microsoft.EventGrid/systemTopics/eventSubscriptions',
    properties: {
      provisioningState: events.isValidated ? 'Succeeded' : 'AwaitingManualAction',
      destination: { endpointType: 'WebHook', properties: { endpointBaseUrl: events.endpoint } },
    },
  };
}
