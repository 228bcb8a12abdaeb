export type { Attribution, Attributions } from './attributions.ts';
export { Catalogue } from './catalogue.ts';
export {
  type CanonicalDocument,
  canonicalize,
  type ResourceDocument,
  toResourceDocument,
} from './document.ts';
export type { Cause, Change, ResourceEntry, StoredResource, WriteResult } from './model.ts';
export { Publisher } from './publisher.ts';
export { parseResourceId, parseShortId, resourceKey, segmentOf } from './resourceId.ts';
export { resourceTypeOf, shortResourceTypes } from './resourceTypes.ts';
export { inventoryRoutes } from './routes.ts';
export { inventoryBlobs, inventoryTable } from './rows.ts';
export { listTenants, ownerOf, segmentsTable } from './segments.ts';
export { Inventory } from './service.ts';
export { snapshotBlobs } from './snapshot.ts';
export { InventoryStore, type StaleScopes } from './store.ts';
