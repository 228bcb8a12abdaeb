import { parseArgs } from 'node:util';
import type { BenchContext, Figure } from './figure.ts';
import { figures } from './figures/index.ts';

const USAGE = `Measures the product; one JSON line a figure on standard output, progress on standard error.

Usage: npm run bench -- [figure …] [options]

${figures.map(({ name, summary, isExtra }) => `  ${name.padEnd(14)} ${summary}${isExtra ? ' (only when named)' : ''}`).join('\n')}

  --quick        small sizes: whether something is badly off, in minutes
  --cpu-prof DIR CPU profiles of the measured processes, for Chrome's developer tools
  --help         this text

Method, machine and results: bench/README.md
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      'cpu-prof': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const context: BenchContext = {
    isQuick: values.quick,
    profileDir: values['cpu-prof'],
    say: (line) => void process.stderr.write(`  ${line}\n`),
  };
  for (const figure of choose(positionals)) {
    process.stderr.write(`${figure.name}: ${figure.summary}\n`);
    for await (const measurement of figure.run(context)) {
      process.stdout.write(`${JSON.stringify(measurement)}\n`);
    }
  }
}

/** @throws for a name that no figure has */
function choose(names: readonly string[]): readonly Figure[] {
  if (names.length === 0) return figures.filter(({ isExtra }) => !isExtra);
  return names.map((name) => {
    const figure = figures.find((one) => one.name === name);
    if (!figure) throw new Error(`there is no figure ${name}: see --help`);
    return figure;
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
