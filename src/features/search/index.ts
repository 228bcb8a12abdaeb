export {
  compareSortValues,
  type Hit,
  type IndexedResource,
  type Place,
  type ResourceFilter,
  ResourceIndex,
  type ResourceMatches,
  type ResourceQuery,
  rowName,
  SORT_FIELDS,
  type SortField,
} from './resourceIndex.ts';
