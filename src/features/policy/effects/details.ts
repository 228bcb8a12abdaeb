import { compileTemplate } from '../expressions/compile.ts';
import { parseTemplate } from '../expressions/template.ts';
import { isObject, type Json, type JsonObject, readKeyOf, type Selected } from '../json/json.ts';
import { report } from '../problems.ts';
import type { Run } from '../run.ts';
import type { CompiledDetails, DetailsSite } from './effect.ts';

/** Keys whose values are not for the policy engine to evaluate: templates and nested conditions. */
const VERBATIM = new Set(['template', 'existencecondition']);

/** Compiles details that are evaluated as they stand. */
export function compilePlainDetails(details: Selected, site: DetailsSite): CompiledDetails {
  if (details === undefined) return { describe: () => ({ details: null }) };
  const value = compileJson(details, site);
  return { describe: (run) => ({ details: value(run) }) };
}

/** Compiles a JSON value with expressions; deployment templates within it stay as they are. */
export function compileJson(json: Json, site: DetailsSite): (run: Run) => Json {
  if (isObject(json)) return compileObject(json, site);
  const compiled = compileTemplate(
    parseTemplate(json, site.path, site.environment.problems),
    site.environment,
  );
  return (run) => compiled.evaluate(run) ?? null;
}

function compileObject(json: JsonObject, site: DetailsSite): (run: Run) => Json {
  const entries = Object.entries(json).map(([key, value]) => {
    if (VERBATIM.has(key.toLowerCase())) return [key, () => value] as const;
    return [key, compileJson(value, { ...site, path: `${site.path}.${key}` })] as const;
  });
  return (run) => Object.fromEntries(entries.map(([key, value]) => [key, value(run)]));
}

/** The details as an object; anything else is reported. */
export function detailsObject(details: Selected, site: DetailsSite): JsonObject | null {
  if (isObject(details)) return details;
  if (details !== undefined)
    report(site.environment.problems, 'effectDetails', {
      path: site.path,
      reason: 'details must be an object',
    });
  return null;
}

/** An entry of the details, by its name in any casing. */
export function detail(details: JsonObject | null, name: string): Selected {
  return details === null ? undefined : readKeyOf(details, name);
}
