import {
  type CompiledPolicy,
  compileDefinition,
  compileInitiative,
  type JsonObject,
  type Problem,
} from '#features/policy/index.ts';
import { membersOf } from './members.ts';
import type { PolicyDocument } from './model.ts';
import type { Room } from './room.ts';

/** Azure's limits on texts and counts. Source: learn.microsoft.com, "Azure Policy overview", "Maximum count of Azure Policy objects". */
export const LIMITS = {
  displayName: 128,
  description: 512,
  definitionParameters: 20,
  initiativeParameters: 400,
  initiativeMembers: 1000,
  notScopes: 400,
  overrides: 10,
  selectorGroups: 10,
  selectorValues: 50,
} as const;

export type Checked = {
  readonly problems: readonly Problem[];
  /** What a definition compiled to; undefined where it did not, and for initiatives. */
  readonly policy?: CompiledPolicy;
};

/** An error with a definition, an assignment and so on, at a JSON path from its properties. */
export function error(path: string, reason: string, nearest?: string): Problem {
  return { severity: 'error', kind: 'structure', path, reason, ...(nearest !== undefined && { nearest }) };
}

/**
 * Everything that is wrong with a definition. An alias that ARM does not name is an error; as long as ARM's table has
 * not been read, it is a warning.
 */
export async function checkDefinition(room: Room, document: PolicyDocument): Promise<Checked> {
  const { aliases, isWholeTable } = await room.aliases();
  const unknownAliases = isWholeTable ? 'refuse' : 'notApplicable';
  const result = compileDefinition(document, { aliases, unknownAliases });
  const problems = [...textProblems(document.properties, LIMITS.definitionParameters), ...result.problems];
  return result.ok ? { problems, policy: result.policy } : { problems };
}

/** A definition as it is going to be. */
export type Replacement = { readonly definitionId: string; readonly document: PolicyDocument };

/** Everything that is wrong with an initiative and, by reference, with its members. */
export async function checkInitiative(
  room: Room,
  document: PolicyDocument,
  replacement?: Replacement,
): Promise<Checked> {
  const members = membersOf({ document });
  const texts = textProblems(document.properties, LIMITS.initiativeParameters);
  if (members.length > LIMITS.initiativeMembers) {
    const reason = `an initiative has at most ${LIMITS.initiativeMembers} members, not ${members.length}`;
    return { problems: [...texts, error('$.policyDefinitions', reason)] };
  }
  const { aliases } = await room.aliases();
  const definitions = await room.library.definitions(members);
  const { problems } = compileInitiative(document, {
    aliases,
    unknownAliases: 'notApplicable',
    definitionOf: (id) =>
      replacement?.definitionId.toLowerCase() === id.toLowerCase()
        ? replacement.document
        : definitions.get(id.toLowerCase())?.document,
  });
  const count = members.length === 0 ? [error('$.policyDefinitions', 'an initiative needs a member')] : [];
  return { problems: [...texts, ...count, ...problems] };
}

function textProblems(properties: JsonObject, maxParameters: number): Problem[] {
  const problems: Problem[] = [];
  for (const name of ['displayName', 'description'] as const) {
    const value = properties[name];
    if (value === undefined) continue;
    if (typeof value !== 'string') problems.push(error(`$.${name}`, 'must be a text'));
    else if (value.length > LIMITS[name])
      problems.push(error(`$.${name}`, `has ${value.length} characters; Azure takes ${LIMITS[name]}`));
  }
  const { metadata, parameters, policyType } = properties;
  if (metadata !== undefined && !isObject(metadata)) problems.push(error('$.metadata', 'must be an object'));
  const count = isObject(parameters) ? Object.keys(parameters).length : 0;
  if (count > maxParameters)
    problems.push(error('$.parameters', `${count} parameters; Azure takes ${maxParameters}`));
  if (policyType !== undefined && (typeof policyType !== 'string' || policyType.toLowerCase() !== 'custom'))
    problems.push(error('$.policyType', 'only Azure makes other than Custom', 'Custom'));
  return problems;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
