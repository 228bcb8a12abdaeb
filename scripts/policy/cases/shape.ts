import { denormalize } from '../aliasShape/denormalize.ts';
import { normalize } from '../aliasShape/normalize.ts';
import { read } from '../aliasShape/objects.ts';
import { type AliasView, noAliases, readViews } from '../aliasShape/view.ts';
import { type CaseResult, failed, isRecord, type LabelledCase, passed, wordOf } from './caseFile.ts';
import { sameJson } from './compare.ts';

interface Shapes {
  readonly input: unknown;
  readonly normal: (document: unknown) => unknown;
  readonly arm: (document: unknown) => unknown;
  readonly labelled: LabelledCase;
}

/** What a case may expect, each with the document that is compared. */
const expectations: Readonly<Record<string, (shapes: Shapes) => unknown>> = {
  expected_normalized: ({ input, normal }) => normal(input),
  expected_denormalized: ({ input, arm }) => arm(input),
  expected_envelope: ({ input, normal, labelled }) => ({
    resource: normal(input),
    context: labelled.context ?? {},
    parameters: labelled.parameters ?? {},
  }),
};

/** Runs a case that turns an ARM document into the alias shape or back. */
export function runShapeCase(labelled: LabelledCase, shared: Readonly<Record<string, unknown>>): CaseResult {
  const view = viewFor(labelled, shared);
  const version = typeof labelled.api_version === 'string' ? labelled.api_version : undefined;
  const shapes: Shapes = {
    input: labelled.input,
    normal: (document) => normalize(document, view(document), version),
    arm: (document) => denormalize(document, view(document), version),
    labelled,
  };
  for (const [key, produce] of Object.entries(expectations)) {
    if (key in labelled && !sameJson(produce(shapes), labelled[key]))
      return mismatch(key, produce(shapes), labelled[key]);
  }
  return roundTrips(shapes);
}

function roundTrips({ input, normal, arm, labelled }: Shapes): CaseResult {
  if (labelled.round_trip === true) {
    const wanted = 'expected_round_trip' in labelled ? labelled.expected_round_trip : input;
    if (!sameJson(arm(normal(input)), wanted)) return mismatch('round_trip', arm(normal(input)), wanted);
  }
  if (labelled.reverse_round_trip === true) {
    const wanted = 'expected_reverse_round_trip' in labelled ? labelled.expected_reverse_round_trip : input;
    if (!sameJson(normal(arm(input)), wanted))
      return mismatch('reverse_round_trip', normal(arm(input)), wanted);
  }
  return passed;
}

function mismatch(key: string, given: unknown, wanted: unknown): CaseResult {
  return failed(`${key}: expected ${JSON.stringify(wanted)}, but got ${JSON.stringify(given)}`);
}

function viewFor(
  labelled: LabelledCase,
  shared: Readonly<Record<string, unknown>>,
): (document: unknown) => AliasView {
  const sources = [
    labelled.aliases_json ?? shared.aliases_json,
    labelled.data_manifest_json ?? shared.data_manifest_json,
  ];
  const views = readViews(
    sources.filter((source) => typeof source === 'string').map((source) => JSON.parse(source)),
  );
  const arrays = labelled.sub_resource_arrays;
  return (document) => {
    const type = isRecord(document) ? wordOf(read(document, 'type')).toLowerCase() : '';
    const view = views.get(type) ?? noAliases;
    if (!Array.isArray(arrays)) return view;
    return { ...view, wrappedArrays: new Set(arrays.map((each) => String(each).toLowerCase())) };
  };
}
