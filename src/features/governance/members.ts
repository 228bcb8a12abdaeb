import type { InitiativeRecord } from './model.ts';

/** Ids of the definitions that an initiative has as members, as they are written in it. */
export function membersOf({ document }: Pick<InitiativeRecord, 'document'>): string[] {
  const members = document.properties.policyDefinitions;
  if (!Array.isArray(members)) return [];
  return (members as readonly { policyDefinitionId?: unknown }[]).flatMap((member) =>
    typeof member?.policyDefinitionId === 'string' ? member.policyDefinitionId : [],
  );
}
