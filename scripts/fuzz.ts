import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const HELP = `Sends the API requests of every kind, right and wrong ones, and looks at each answer: none of 500 and above, none
with anything of another tenant, each as the OpenAPI document says, nothing written where it was refused.

  npm run fuzz -- --requests 50000

  --requests N   in this process; a tenth as many over the wire besides (default 50000)
  --seed N       which ones (default: another one each time; it is printed)
  --help`;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '50000' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(HELP);
else {
  const env = { ...process.env, FUZZ_RUNS: values.requests, FUZZ_SEED: values.seed };
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', 'test/fuzz.test.ts'];
  process.exitCode = spawnSync(process.execPath, vitest, { stdio: 'inherit', env }).status ?? 1;
}
