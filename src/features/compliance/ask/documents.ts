import { parseResourceId, segmentOf } from '#features/inventory/index.ts';
import { CaseMaker } from '../evaluation/cases.ts';
import { type Case, explainOutcome, type Reasoning } from '../evaluation/judge.ts';
import type { Plan } from '../plan/plan.ts';
import type { Room } from '../work/room.ts';

/** What is assigned, for a document that may not exist yet. */
export type DocumentJudgement = {
  readonly document: Case['document'];
  readonly reasonings: readonly Reasoning[];
  /** What would refuse it: non-compliant with an effect deny that is enforced, or an evaluation that failed (Azure: implicit deny). */
  readonly deniedBy: readonly Reasoning[];
};

/**
 * Judges resource documents that do not exist yet, or not so: each with an ARM id, or a type and name below `scope`
 * (a resource group or subscription). Related resources are looked for among them and in the inventory.
 */
export async function judgeDocuments(
  documents: readonly Case['document'][],
  of: { readonly scope?: string | undefined; readonly plan: Plan },
  room: Room,
): Promise<DocumentJudgement[]> {
  const placed = documents.map((document) => place(document, of.scope));
  const judgements: DocumentJudgement[] = [];
  for (const document of placed) {
    const segment = segmentOf(String(document.id));
    const plan = of.plan.forSegment(segment);
    const utcNow = room.clock.now().toISOString();
    const maker = new CaseMaker({ segment, ports: room.evaluator.casePorts, utcNow, drafts: placed });
    const one = await maker.ofDocument(document, plan);
    const reasonings = await maker.complete(() =>
      plan.candidates(one.subject).map((candidate) => explainOutcome(candidate, plan, one)),
    );
    judgements.push({ document, reasonings, deniedBy: reasonings.filter(isDenial) });
  }
  return judgements;
}

function isDenial({ pair, outcome }: Reasoning): boolean {
  if (pair.assignment.enforcementMode === 'DoNotEnforce') return false;
  if (outcome.state === 'error') return outcome.effect === '' || outcome.effect.toLowerCase() === 'deny';
  return outcome.state === 'nonCompliant' && outcome.effect.toLowerCase() === 'deny';
}

/** The document with id, name and type that agree; what is missing follows from the others. */
function place(document: Case['document'], scope: string | undefined): Case['document'] {
  const { id, type, name } = document;
  if (typeof id === 'string' && id !== '') {
    const parsed = parseResourceId(id);
    return { ...document, id: parsed.id, name: name ?? parsed.name, type: type ?? parsed.type };
  }
  const [namespace = '', ...types] = String(type).split('/');
  const names = String(name).split('/');
  const path = types.map((each, index) => `${each}/${names[index] ?? names.at(-1)}`).join('/');
  return { ...document, id: `${(scope ?? '').replace(/\/+$/, '')}/providers/${namespace}/${path}` };
}
