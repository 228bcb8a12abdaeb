import {
  frameworkNames,
  frameworks,
  type StarterDefinition,
  starterDefinitions,
} from '#features/starter-pack/index.ts';

/** The parts of `docs/starter-pack.md`: the definitions by category. */
export function starterPackParts(table: (head: readonly string[], rows: string[][]) => string): string[] {
  const byCategory = Map.groupBy(starterDefinitions, ({ properties }) => properties.metadata.category);
  const titles = frameworkNames.map((name) => `${frameworks[name].title} ${frameworks[name].edition}`);
  return [...byCategory].flatMap(([category, definitions]) => [
    `## ${category}\n`,
    table(['Policy', 'Severity', ...titles, 'Built-in'], definitions.map(row)),
  ]);
}

function row({ name, severity, frameworks: controls, builtInId, properties }: StarterDefinition): string[] {
  const ids = frameworkNames.map((framework) => (controls[framework] ?? []).join(', '));
  return [
    `**${properties.displayName}** \`${name}\`<br>${properties.description}`,
    severity,
    ...ids,
    builtInId === null ? '' : `\`${builtInId}\``,
  ];
}
