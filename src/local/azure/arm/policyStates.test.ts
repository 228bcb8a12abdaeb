import { expect, it } from 'vitest';
import { policyInsightsClient } from '../testing/clients.ts';
import { startTestAzure } from '../testing/simulator.ts';

it('verdicts are listed page by page by the genuine client, each once', async () => {
  const { url, subscriptionIds } = await startTestAzure({ estateSize: 2000 });
  const listed = await Promise.all(
    subscriptionIds.map(async (id) => {
      const { policyStates } = policyInsightsClient(url, id);
      const found: string[] = [];
      for await (const state of policyStates.listQueryResultsForSubscription('latest', id)) {
        const { resourceId, policyAssignmentId, policyDefinitionId, policyDefinitionReferenceId } = state;
        const parts = [resourceId, policyAssignmentId, policyDefinitionId, policyDefinitionReferenceId];
        found.push(parts.join('|'));
      }
      return found;
    }),
  );

  expect(Math.max(...listed.map(({ length }) => length))).toBeGreaterThan(1000);
  for (const found of listed) expect(new Set(found).size).toBe(found.length);
});
