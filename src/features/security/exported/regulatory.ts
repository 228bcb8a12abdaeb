import { keyOf } from '#features/connectors/index.ts';
import { type ControlRecord, type StandardRecord, toControlAssessment } from '../mapping/frameworks.ts';
import { regulatoryRowKey } from '../sync/regulatory.ts';
import type { ItemOf } from './message.ts';
import { type Place, rowsOf, timeless } from './place.ts';
import { type Applied, put } from './rows.ts';

const ID = /\/regulatoryComplianceStandards\/([^/]+)\/regulatoryComplianceControls\/([^/]+)\//i;

/** An assessment of a control, which is counted anew; {@link countStandard} does the same for its standard. */
export async function applyRegulatory(
  place: Place,
  { document, isDeleted }: ItemOf<'regulatory'>,
): Promise<Applied | undefined> {
  const [, standard, name] = ID.exec(document.id) ?? [];
  if (!standard || !name) return undefined;
  const assessment = toControlAssessment(document);
  const rows = rowsOf(place, 'regulatory');
  const empty: ControlRecord = {
    kind: 'control',
    standard,
    name,
    description: '',
    ...counted([]),
    assessments: [],
  };
  return put<ControlRecord>(
    rows,
    timeless(place, regulatoryRowKey(empty), (stored = empty) => {
      const isSame = ({ name: other }: { name: string }) => keyOf(other) === keyOf(assessment.name);
      const isNew = !stored.assessments.some(isSame);
      const kept = stored.assessments.flatMap((one) => (isSame(one) ? (isDeleted ? [] : assessment) : one));
      const assessments = isNew && !isDeleted ? [...kept, assessment] : kept;
      return { ...stored, ...counted(assessments.map(({ state }) => state)), assessments };
    }),
  );
}

/** The standard that an item counts for. */
export function standardOf({ document }: ItemOf<'regulatory'>): string | undefined {
  return ID.exec(document.id)?.[1];
}

export async function countStandard(place: Place, standard: string): Promise<void> {
  const records = await place.store.regulatory(place.subscriptionId);
  const isOf = (name: string) => name.toLowerCase() === standard.toLowerCase();
  const states = records.flatMap((one) => (one.kind === 'control' && isOf(one.standard) ? [one.state] : []));
  const unsupported = states.filter((state) => state === 'Unsupported').length;
  const record: StandardRecord = { kind: 'standard', name: standard, ...counted(states), unsupported };
  await put<StandardRecord>(
    rowsOf(place, 'regulatory'),
    timeless(place, regulatoryRowKey(record), () => record),
  );
}

/** "Aggregative state based on the … supported … states" (regulatoryCompliance 2019-01-01-preview). */
function counted(states: readonly string[]) {
  const countOf = (wanted: string) => states.filter((state) => state === wanted).length;
  const [passed, failed, skipped] = [countOf('Passed'), countOf('Failed'), countOf('Skipped')];
  const state = failed > 0 ? 'Failed' : passed > 0 ? 'Passed' : skipped > 0 ? 'Skipped' : 'Unsupported';
  return { state, passed, failed, skipped };
}
