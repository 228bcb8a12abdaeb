import * as z from 'zod';
import { compileDefinition, type Problem } from '#features/policy/index.ts';
import { checkDefinition, checkInitiative, isObject } from './checks.ts';
import { withFullIds } from './initiatives.ts';
import type { PolicyDocument } from './model.ts';
import type { Room } from './room.ts';

const ProblemShape = z.object({
  severity: z.enum(['error', 'warning']),
  kind: z.string(),
  path: z.string().meta({ description: 'JSON path from the properties: `$.policyRule.if.allOf[1].equal`.' }),
  reason: z.string(),
  nearest: z.string().optional().meta({ description: 'The nearest valid word.' }),
});

export const ValidationInput = z.record(z.string(), z.unknown()).meta({
  id: 'PolicyValidationInput',
  description:
    'A definition, an initiative (each with or without `properties` around), or a bare `{if, then}`.',
});

export const Validation = z
  .object({
    valid: z.boolean(),
    kind: z.enum(['definition', 'initiative', 'rule']),
    problems: z.array(ProblemShape),
    evidence: z.enum(['resource', 'related', 'other', 'nothing']).nullable().meta({
      description:
        '`resource`: one document suffices; `related`: other resources too; `other`: data that is not in the estate.',
    }),
    effects: z.array(z.string()),
    resource_types: z
      .array(z.string())
      .nullable()
      .meta({ description: 'Types that it may concern; null: any.' }),
    parameters: z.array(z.object({ name: z.string(), type: z.string(), required: z.boolean() })),
    context: z.array(z.string()).meta({ description: 'What else it asks for: `utcNow`, `resourceGroup` …' }),
  })
  .meta({ id: 'PolicyValidation' });
export type Validation = z.infer<typeof Validation>;

/** Checks without saving: everything that is wrong, and what the definition would need to be judged. */
export async function validate(room: Room, source: z.infer<typeof ValidationInput>): Promise<Validation> {
  const isRule = 'if' in source || 'then' in source;
  const inner = isObject(source.properties) ? source.properties : source;
  const document = {
    name: typeof source.name === 'string' ? source.name : '',
    properties: inner,
  } as PolicyDocument;
  if (!isRule && 'policyDefinitions' in inner) {
    const { problems } = await checkInitiative(room, await withFullIds(room, document));
    return toValidation('initiative', problems);
  }
  if (!isRule) {
    const { problems, policy } = await checkDefinition(room, document);
    return toValidation('definition', problems, policy);
  }
  const { aliases, isWholeTable } = await room.aliases();
  const result = compileDefinition(source, {
    aliases,
    unknownAliases: isWholeTable ? 'refuse' : 'notApplicable',
  });
  return toValidation('rule', result.problems, result.ok ? result.policy : undefined);
}

type Compiled = Awaited<ReturnType<typeof checkDefinition>>['policy'];

function toValidation(kind: Validation['kind'], problems: readonly Problem[], policy?: Compiled): Validation {
  return {
    valid: !problems.some(({ severity }) => severity === 'error'),
    kind,
    problems: [...problems],
    evidence: policy?.evidence ?? null,
    effects: policy?.effects.map(({ name }) => name) ?? [],
    resource_types: policy?.types ? [...policy.types] : null,
    parameters: (policy?.parameters ?? []).map(({ name, type, defaultValue }) => ({
      name,
      type,
      required: defaultValue === undefined,
    })),
    context: [...(policy?.needs ?? [])],
  };
}
