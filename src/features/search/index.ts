export {
  compareSortValues,
  type Hit,
  type IndexedResource,
  type Place,
  ResourceIndex,
  type ResourceMatches,
  type ResourceQuery,
  rowName,
  SORT_FIELDS,
  type SortField,
} from './resourceIndex.ts';
