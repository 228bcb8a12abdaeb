import type { Alias, AliasTable, AliasTarget, ResourceTypeFacts } from './table.ts';

/** An alias table under construction. */
export interface AliasTableBuilder {
  addAlias(name: string, type: string, target: AliasTarget): void;
  addType(type: string, facts: ResourceTypeFacts): void;
  build(): AliasTable;
}

/** Collects aliases by name; the same alias under several types becomes one alias with several targets. */
export function aliasTableBuilder(): AliasTableBuilder {
  const aliases = new Map<string, Alias & { readonly targets: Map<string, AliasTarget> }>();
  const types = new Map<string, ResourceTypeFacts>();
  return {
    addAlias(name, type, target) {
      const key = name.toLowerCase();
      const alias = aliases.get(key) ?? { name, targets: new Map<string, AliasTarget>() };
      const known = alias.targets.get(type.toLowerCase());
      if (known?.defaultPath == null) alias.targets.set(type.toLowerCase(), target);
      aliases.set(key, alias);
    },
    addType(type, facts) {
      types.set(type.toLowerCase(), facts);
    },
    build: () => ({ aliases, types }),
  };
}
