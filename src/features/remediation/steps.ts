import { collect, supervise, superviseRollback } from './bulk.ts';
import type { StepContext, StepResult } from './context.ts';
import { followDeployment, predict } from './deploying.ts';
import { prepareWrite, write } from './patching.ts';
import { plan } from './planning.ts';
import { rollBack } from './rollback.ts';
import type { Status } from './schema.ts';
import { verify } from './verifying.ts';

/** How each status is left; a status that is not here rests. Every step may run twice. */
export const steps: Readonly<Partial<Record<Status, (context: StepContext) => Promise<StepResult>>>> = {
  collecting: collect,
  running: supervise,
  planning: plan,
  predicting: predict,
  awaiting_approval: waitForApproval,
  executing: (context) =>
    context.kept.shown.deployment_id === null ? prepareWrite(context) : followDeployment(context),
  writing: write,
  verifying: verify,
  rolling_back: (context) =>
    context.kept.shown.kind === 'bulk' ? superviseRollback(context) : rollBack(context),
};

/** A deployment may have been approved by its own route. */
async function waitForApproval(context: StepContext): Promise<StepResult> {
  if (context.kept.shown.deployment_id === null) return { againAfter: 'sweep' };
  return followDeployment(context);
}
