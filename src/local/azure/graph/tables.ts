import { resourceChanges } from './tables/resourceChanges.ts';
import { resourceContainers } from './tables/resourceContainers.ts';
import { resources } from './tables/resources.ts';
import type { Table } from './tables/scope.ts';

/** The tables that can be asked, by their names in lower case. */
export const tables: Readonly<Record<string, Table>> = {
  resources,
  resourcecontainers: resourceContainers,
  resourcechanges: resourceChanges,
};
