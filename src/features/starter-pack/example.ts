import type { ResourceDocument } from './definition.ts';

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-example';

/** A resource as ARM returns it, for a definition's examples; `rest` adds or replaces what stands beside properties. */
export function example(
  type: string,
  properties: ResourceDocument,
  rest: ResourceDocument = {},
): ResourceDocument {
  const [namespace = '', ...types] = type.split('/');
  const names = types.map((_segment, i) => (i === types.length - 1 ? 'example' : 'parent'));
  const path = types.map((segment, i) => `${segment}/${names[i]}`).join('/');
  return {
    id: `${GROUP}/providers/${namespace}/${path}`,
    name: 'example',
    type,
    location: 'westeurope',
    properties,
    ...rest,
  };
}
