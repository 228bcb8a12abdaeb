import { parseArgs } from 'node:util';
import { runLoad } from './load.ts';

const USAGE = `Usage: npm run load -- [options]

Runs the product as a user does (npm start, empty data) under a mixed load of reads and writes, and says what became of it.

  --clients N      clients at a time (default 200)
  --minutes N      how long (default 5; 0.5 is half a minute)
  --keys N         API keys that the clients share (default 10)
  --estate-size N  resources in Azure (default 1000)
  --help           this text

The last line is JSON: {"requests", "perSecond", "p50", "p99", "throttled", "errors", "memoryMb"}; times in
milliseconds; memory of the host at a quarter, half, three quarters and the end. Exit code 1 where there was any error
besides 429, or where the memory grew by more than a quarter in the second half.
`;

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '200' },
    minutes: { type: 'string', default: '5' },
    keys: { type: 'string', default: '10' },
    'estate-size': { type: 'string', default: '1000' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(USAGE);
else {
  const { isRight, ...result } = await runLoad({
    clients: Number(values.clients),
    minutes: Number(values.minutes),
    keys: Number(values.keys),
    estateSize: Number(values['estate-size']),
    report: (line) => void process.stdout.write(`${line}\n`),
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = isRight ? 0 : 1;
}
