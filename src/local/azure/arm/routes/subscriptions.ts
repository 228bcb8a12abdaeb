import type { Subscription } from '../../estate/model.ts';
import { regions } from '../../estate/regions.ts';
import { subscriptionNotFound } from '../failure.ts';
import { ok, type Route } from '../http.ts';
import { findSubscription } from '../scope.ts';

function render(subscription: Subscription, tenantId: string): unknown {
  return {
    id: `/subscriptions/${subscription.id}`,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    tags: subscription.tags,
    subscriptionId: subscription.id,
    tenantId,
    displayName: subscription.displayName,
    state: 'Enabled',
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'EnterpriseAgreement_2014-09-01',
      spendingLimit: 'Off',
    },
  };
}

export const subscriptionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'subscriptions',
    handle: (_request, { estate }) => {
      const value = estate.subscriptions.map((entry) => render(entry, estate.tenantId));
      return ok({ value, count: { type: 'Total', value: value.length } });
    },
  },
  {
    method: 'GET',
    path: 'subscriptions/{subscription}',
    handle: (_request, { estate }, { subscription = '' }) => {
      const found = estate.subscription(subscription);
      if (found === undefined) throw subscriptionNotFound(subscription);
      return ok(render(found, estate.tenantId));
    },
  },
  {
    method: 'GET',
    path: 'subscriptions/{subscription}/locations',
    handle: (_request, world, { subscription }) => {
      const { id } = findSubscription(world, subscription);
      const value = regions.map(([{ name, display }]) => ({
        id: `/subscriptions/${id}/locations/${name}`,
        name,
        type: 'Region',
        displayName: display,
        regionalDisplayName: display,
        metadata: { regionType: 'Physical', regionCategory: 'Recommended' },
      }));
      return ok({ value });
    },
  },
  {
    method: 'GET',
    path: 'tenants',
    handle: (_request, { estate }) => {
      const { tenantId } = estate;
      const tenant = {
        id: `/tenants/${tenantId}`,
        tenantId,
        displayName: 'Contoso',
        defaultDomain: 'contoso.onmicrosoft.com',
      };
      return ok({
        value: [
          {
            ...tenant,
            tenantCategory: 'Home',
            countryCode: 'DE',
            domains: [tenant.defaultDomain],
            tenantType: 'AAD',
          },
        ],
      });
    },
  },
  {
    method: 'GET',
    path: 'subscriptions/{subscription}/operationresults/{token}',
    handle: (request, { operations }, { token = '' }) => {
      const isRunning = operations.isRunning(token);
      if (isRunning === true)
        return { status: 202, headers: { location: request.url.href, 'retry-after': '1' } };
      return { status: isRunning === undefined ? 404 : 200 };
    },
  },
];
