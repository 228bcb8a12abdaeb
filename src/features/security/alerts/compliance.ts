import type { SecurityStore } from '../store.ts';
import { openAssessments } from './openAssessments.ts';
import type { AlertProcessor } from './processor.ts';

/** Which controls of which standards the attacked resources fail already: what an auditor will ask first. */
export function complianceProcessor(storeOf: (tenantId: string) => SecurityStore): AlertProcessor {
  return {
    name: 'compliance',
    canProcess: ({ resourceIds }) => resourceIds.length > 0,
    async process({ tenantId, subscriptionId, alert }) {
      const open = await openAssessments(storeOf(tenantId), subscriptionId, alert.resourceIds);
      const frameworks = new Map<string, Set<string>>();
      for (const { definition } of open) {
        for (const [standard, controls] of Object.entries(definition?.frameworks ?? {})) {
          const failing = frameworks.get(standard) ?? new Set();
          frameworks.set(standard, failing);
          for (const control of controls) failing.add(control);
        }
      }
      const failing = Object.fromEntries(
        [...frameworks].sort().map(([standard, controls]) => [standard, [...controls].sort()]),
      );
      const names = Object.entries(failing).map(
        ([standard, controls]) => `${standard} ${controls.join(', ')}`,
      );
      return {
        summary:
          names.length === 0
            ? 'the resources fail no control of a regulatory standard'
            : `the resources fail ${names.join('; ')}`,
        details: { failing_controls: failing, unhealthy_assessments: open.length },
      };
    },
  };
}
