import { isObject } from '../json/json.ts';
import { aliasTableBuilder } from './build.ts';
import type { AliasTable } from './table.ts';

/**
 * Reads the compact shape: alias → default path, or alias → `{type: path}` where the path differs by type.
 * @throws TypeError naming the first entry that has another shape.
 * @example
 * const aliases = aliasesFromMap({ 'Microsoft.Storage/storageAccounts/sku.name': 'sku.name' });
 */
export function aliasesFromMap(document: unknown): AliasTable {
  if (!isObject(document)) throw new TypeError('an alias map must be an object of alias → path');
  const builder = aliasTableBuilder();
  for (const [name, value] of Object.entries(document)) {
    const byType = typeof value === 'string' ? { '': value } : value;
    if (!isObject(byType)) throw new TypeError(`alias ${name}: expected a path, or paths by type`);
    for (const [type, path] of Object.entries(byType)) {
      if (typeof path !== 'string')
        throw new TypeError(`alias ${name}: the path for ${type} is not a string`);
      builder.addAlias(name, type, { defaultPath: path, paths: [] });
    }
  }
  return builder.build();
}
