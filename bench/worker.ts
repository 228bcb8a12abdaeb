import { broker } from './tasks/broker.ts';
import { engines } from './tasks/engines.ts';
import { evaluate } from './tasks/evaluate.ts';
import { floor } from './tasks/floor.ts';
import { policy } from './tasks/policy.ts';
import { security } from './tasks/security.ts';
import { securityFloor } from './tasks/securityFloor.ts';
import { sync } from './tasks/sync.ts';
import { webhookDeliver } from './tasks/webhookDeliver.ts';
import { webhookLoop } from './tasks/webhookLoop.ts';

/** What is measured in a process of its own: `node bench/worker.ts NAME JSON`, answered with one line of JSON. */
const tasks = {
  broker,
  engines,
  evaluate,
  floor,
  policy,
  security,
  securityFloor,
  sync,
  webhookDeliver,
  webhookLoop,
};
export type Tasks = typeof tasks;

const [name, input] = process.argv.slice(2);
const task = Object.entries(tasks).find(([known]) => known === name)?.[1];
if (!task) throw new Error(`no task ${name}`);
const output = await (task as (input: unknown) => Promise<unknown>)(JSON.parse(input ?? '{}'));
process.stdout.write(`${JSON.stringify(output)}\n`, () => process.exit(0));
