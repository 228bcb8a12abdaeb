import type { Migrations } from '#platform/rowVersions.ts';

/**
 * Every change of the shape of stored rows: table to its migrations, oldest first, each in a file of its feature
 * (docs/operations/schema-versions.md). A table that is not named here has rows of version 1.
 */
export const migrations: Migrations = {};
