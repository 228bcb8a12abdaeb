import { parseArgs } from 'node:util';
import { runSoak } from './soak.ts';

const USAGE = `Usage: npm run soak -- [options]

Runs the product as separate processes and, at random points during syncs and event bursts, kills -9 the app and
the broker and cuts the connections to storage and Azure. Then everything must be as if nothing had happened.

  --kills N        kills and cuts in all (default 200)
  --seed N         plan of the run (default 1)
  --estate-size N  resources in Azure (default 1000)
  --help           this text

The last line is JSON: {"kills", "cuts", "changes", "events", "duplicates", "equal", "ms"}. Exit code 1 where
anything differs; the lines before say what.
`;

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      'estate-size': { type: 'string', default: '1000' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return true;
  }
  const startedAt = performance.now();
  const report = (line: string) =>
    void process.stdout.write(
      `${((performance.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${line}\n`,
    );
  const { problems, dir, ...result } = await runSoak({
    kills: Number(values.kills),
    seed: Number(values.seed),
    estateSize: Number(values['estate-size']),
    report,
  });
  for (const problem of problems) process.stdout.write(`  ${problem}\n`);
  if (problems.length > 0) process.stdout.write(`logs and data: ${dir}\n`);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result.equal;
}

main().then(
  (isRight) => process.exit(isRight ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
