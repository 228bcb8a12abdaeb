import type { Connector } from '#features/connectors/index.ts';
import type { Defender } from '#platform/defender.ts';
import type { Queues } from '#platform/queues.ts';
import type { SecurityStore } from './store.ts';
import { syncAlerts } from './sync/alerts.ts';
import { AssessmentSync } from './sync/assessments.ts';
import { syncFindings } from './sync/findings.ts';
import { Parser } from './sync/parse.ts';
import { syncRegulatory } from './sync/regulatory.ts';
import { syncScores } from './sync/scores.ts';

export type DefenderPorts = {
  readonly defender: Defender;
  readonly queues: Queues;
  readonly storeOf: (tenantId: string) => SecurityStore;
  /** Whether continuous export sends what changes, beside what is read. */
  readonly isExported: boolean;
};

/** Microsoft Defender for Cloud. Alerts are read first: they are what cannot wait. */
export function defenderConnector({ defender, queues, storeOf, isExported }: DefenderPorts): Connector {
  return {
    name: 'defender',
    title: 'Microsoft Defender for Cloud',
    role: 'Security Reader',
    everyMinutes: 15,
    async sync(run) {
      const parser = new Parser(run);
      const startedAt = isExported ? run.clock.now() : undefined;
      const store = storeOf(run.tenantId);
      const context = { run, defender, queues, store, parser, startedAt };
      await syncAlerts(context);
      const frameworks = await syncRegulatory(context);
      const controls = await syncScores(context);
      await new AssessmentSync(context).sync({ frameworks, controls });
      await syncFindings(context);
      parser.report();
      if (startedAt) await store.forgetMarks(run.subscriptionId, startedAt);
    },
  };
}
