import { scalarText } from '../json.ts';
import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';

/** A Log Analytics solution: one of the few first-party types that carry a `plan`. */
export const solution: ResourceType = {
  type: 'Microsoft.OperationsManagement/solutions',
  apiVersions: ['2015-11-01-preview'],
  prefix: 'sol',
  build: buildSolution,
};

function buildSolution(slot: Slot, context: BuildContext): Body {
  const created = context.past();
  const product = scalarText(slot.facts.product);
  return {
    plan: { name: slot.name, promotionCode: '', product: `OMSGallery/${product}`, publisher: 'Microsoft' },
    properties: {
      workspaceResourceId: slot.one.workspace?.id,
      provisioningState: 'Succeeded',
      creationTime: created,
      sku: null,
      lastModifiedTime: created,
      containedResources: [],
      referencedResources: [],
    },
  };
}
