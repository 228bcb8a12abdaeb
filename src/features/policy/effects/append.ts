import { concretePlaces } from '../explain/places.ts';
import { deepEqual } from '../json/equal.ts';
import { isArray, isObject, type Json, type JsonObject, readKeyOf, type Selected } from '../json/json.ts';
import { reportUnknownKeys } from '../keys.ts';
import { members } from '../paths/parse.ts';
import { changeAt } from '../paths/write.ts';
import { report } from '../problems.ts';
import type { Run } from '../run.ts';
import { carryOut, type Outcome } from './carryOut.ts';
import { compileJson } from './details.ts';
import type { CompiledDetails, DetailsSite, Effect } from './effect.ts';
import { compileTarget, type WriteTarget } from './target.ts';

/** `append`: adds fields; an existing different value is a conflict, which denies. Source: "append effect". */
export const append: Effect = {
  name: 'append',
  evaluation: 'condition',
  order: 1,
  consequence: 'would get the fields it lacks',
  compileDetails,
};

interface Item {
  readonly target: WriteTarget;
  readonly value: (run: Run) => Json;
}

function compileDetails(details: Selected, site: DetailsSite): CompiledDetails {
  if (details === undefined) return { describe: () => ({ details: null }) };
  if (!isArray(details)) {
    const reason = 'append expects an array of {field, value}';
    report(site.environment.problems, 'effectDetails', { path: site.path, reason });
    return { describe: () => ({ details: null }) };
  }
  const items = details.map((item, i) =>
    compileItem(isObject(item) ? item : {}, { ...site, path: `${site.path}[${i}]` }),
  );
  return {
    describe: (run) => ({
      details: items.map((item) => ({ field: item.target.name(run), value: item.value(run) })),
      ...carryOut(items, run, applyItem),
    }),
  };
}

function compileItem(item: JsonObject, site: DetailsSite): Item {
  reportUnknownKeys(item, ['field', 'value'], { path: site.path, problems: site.environment.problems });
  const field = readKeyOf(item, 'field');
  const value = readKeyOf(item, 'value');
  if (typeof field !== 'string' || value === undefined) {
    report(site.environment.problems, 'effectDetails', {
      path: site.path,
      reason: 'append expects {field, value}',
    });
  }
  return {
    target: compileTarget(field ?? '', { ...site, path: `${site.path}.field` }, false),
    value: compileJson(value ?? null, { ...site, path: `${site.path}.value` }),
  };
}

/** `x[*]` appends a member; any other field is set. */
function applyItem(resource: Json, item: Item, run: Run): Outcome {
  const segments = item.target.segments(run);
  const value = item.value(run);
  const about = { operation: 'append', field: item.target.name(run), segments, value };
  if (segments.length === 0)
    return { ...about, resource, skipped: 'the alias has no property in this type and API version' };
  const last = segments.at(-1);
  const [place] = last === members ? [] : concretePlaces(resource, segments, []);
  if (place?.value !== undefined && !deepEqual(place.value, value))
    return { ...about, resource, skipped: 'another value stands there, and append replaces none' };
  const changed =
    last === members
      ? changeAt(resource, segments.slice(0, -1), (array) => [...(isArray(array) ? array : []), value])
      : changeAt(resource, segments, () => value);
  return { ...about, resource: changed ?? null };
}
