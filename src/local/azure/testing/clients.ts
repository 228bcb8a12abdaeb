import { PolicyInsightsClient } from '@azure/arm-policyinsights';
import { ResourceGraphClient } from '@azure/arm-resourcegraph';
import { ResourceManagementClient } from '@azure/arm-resources';

type Tuned = { readonly pipeline: { removePolicy: (policy: { name: string }) => unknown } };

const credential = {
  getToken: () => Promise.resolve({ token: 'local', expiresOnTimestamp: Date.now() + 3_600_000 }),
};

/** The clients refuse to send a token over plain http, so the policy that would add it goes. */
function withoutToken<T extends Tuned>(client: T): T {
  client.pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' });
  return client;
}

export function graphClient(endpoint: string, maxRetries = 0): ResourceGraphClient {
  const options = { endpoint, allowInsecureConnection: true, retryOptions: { maxRetries } };
  return withoutToken(new ResourceGraphClient(credential, options));
}

export function managementClient(
  endpoint: string,
  subscriptionId: string,
  maxRetries = 0,
): ResourceManagementClient {
  const options = { endpoint, allowInsecureConnection: true, retryOptions: { maxRetries } };
  return withoutToken(new ResourceManagementClient(credential, subscriptionId, options));
}

export function policyInsightsClient(endpoint: string, subscriptionId: string): PolicyInsightsClient {
  const options = { endpoint, allowInsecureConnection: true };
  return withoutToken(new PolicyInsightsClient(credential, subscriptionId, options));
}
