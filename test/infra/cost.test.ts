import { expect, it } from 'vitest';
import { measured } from '../../scripts/infra/cost.ts';
import { measure } from '../../scripts/infra/measure.ts';

/** Between half of what the formula says and a quarter more: else the constants of scripts/infra/cost.ts are to be counted anew. */
function isNear(counted: number, said: number): boolean {
  return counted <= said * 1.25 && counted >= said * 0.5;
}

it('the formula of the cost counts what the product really does (else: node scripts/infra/measure.ts)', async () => {
  const { resources, subscriptions, changes, ...counts } = await measure(300, 80);
  const { firstSync, idleSync, changed, sweeps, reconciliation } = counts;
  const messages = [...changed.executions.values()].reduce((sum, count) => sum + count, 0);

  const compared = {
    aSync: idleSync.tableOperations / subscriptions,
    aResource: firstSync.tableOperations / resources,
    aChange: changed.tableOperations / changes,
    messagesAChange: messages / changes,
    aSweep: sweeps.tableOperations / subscriptions,
    aReconciliation: reconciliation.tableOperations / subscriptions,
  };

  const wrong = Object.entries(measured).filter(
    ([name, said]) => !isNear(compared[name as keyof typeof measured], said),
  );
  expect(wrong, JSON.stringify(compared)).toEqual([]);
}, 120_000);
