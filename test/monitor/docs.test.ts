import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createServices } from '../../src/services.ts';
import { describeSettings, readSettings } from '../../src/settings.ts';

it('docs/monitor.md names every type and metric that is read, and every source', () => {
  const samples = describeSettings().map(({ name, sample }) => [name, sample] as const);
  const { monitor } = createServices(readSettings(Object.fromEntries(samples)));
  const page = readFileSync('docs/monitor.md', 'utf8');
  const names = monitor.measured.flatMap(({ type, metrics }) => [
    type,
    ...metrics.flatMap(({ name, rollup }) => [name, rollup]),
  ]);

  for (const name of [...names, ...monitor.connectors.map((connector) => connector.name)])
    expect(page).toContain(`\`${name}\``);
});
