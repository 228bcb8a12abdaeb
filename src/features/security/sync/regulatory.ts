import { keyOf } from '#features/connectors/index.ts';
import { mapConcurrently } from '#platform/concurrently.ts';
import { Control, ControlAssessment, Standard } from '../azure.ts';
import {
  type ControlRecord,
  type Frameworks,
  frameworksOf,
  type StandardRecord,
  toControl,
  toStandard,
} from '../mapping/frameworks.ts';
import { count, openRows, type SyncContext } from './context.ts';

const SCOPE = 'regulatoryCompliance';
const CONTROLS_AT_A_TIME = 4;

/**
 * Reads standards, their controls and the assessments of each. Returns the frameworks by assessment; what cannot be
 * read now is as it was at the last time.
 */
export async function syncRegulatory(context: SyncContext): Promise<ReadonlyMap<string, Frameworks>> {
  const { run, store, parser } = context;
  const partition = store.partition(run.subscriptionId, 'regulatory');
  const rows = await openRows(context, { partition });
  const before = await store.regulatory(run.subscriptionId);
  const fresh: (StandardRecord | ControlRecord)[] = [];
  const standards = await run.part(SCOPE, async () => {
    const found: StandardRecord[] = [];
    for await (const page of context.defender.standards(run.subscriptionId))
      found.push(...parser.all(SCOPE, Standard, page).map(toStandard));
    return found;
  });
  let isWhole = standards !== undefined;
  for (const standard of standards ?? []) {
    const controls = await run.part(`${SCOPE}/${standard.name}`, () => readControls(context, standard.name));
    if (!controls) isWhole = false;
    fresh.push(standard, ...(controls ?? []));
  }
  await rows.write(fresh.map((value) => ({ rowKey: regulatoryRowKey(value), value })));
  if (isWhole) await rows.finish();
  count(context, 'regulatory', rows);
  const known = isWhole
    ? fresh
    : [
        ...before.filter((old) => !fresh.some((one) => regulatoryRowKey(one) === regulatoryRowKey(old))),
        ...fresh,
      ];
  return frameworksOf(known.filter((record) => record.kind === 'control'));
}

async function readControls(context: SyncContext, standard: string): Promise<ControlRecord[]> {
  const { run, defender, parser } = context;
  const { subscriptionId } = run;
  const controls = [];
  for await (const page of defender.controls(subscriptionId, standard))
    controls.push(...parser.all(SCOPE, Control, page));
  return mapConcurrently(controls, CONTROLS_AT_A_TIME, async (control) => {
    const assessments = [];
    for await (const page of defender.controlAssessments(subscriptionId, { standard, name: control.name }))
      assessments.push(...parser.all(SCOPE, ControlAssessment, page));
    return toControl(standard, control, assessments);
  });
}

export function regulatoryRowKey(record: StandardRecord | ControlRecord): string {
  return record.kind === 'standard'
    ? `s|${keyOf(record.name)}`
    : `c|${keyOf(record.standard)}${keyOf(record.name)}`;
}
