export {
  type Hit,
  type IndexedResource,
  type Place,
  type ResourceFilter,
  ResourceIndex,
  type ResourceMatches,
  type ResourceQuery,
  SORT_FIELDS,
  type SortField,
} from './resourceIndex.ts';
