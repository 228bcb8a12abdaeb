import { resourceKey } from '#features/inventory/index.ts';
import type { Kind, Records } from './model.ts';

/** Provider of the ARM ids of what is created here. */
export const OWN_PROVIDER = '/providers/PolicyCortex';

const SHORT: Readonly<Record<Kind, string>> = {
  definition: 'pol_',
  initiative: 'ini_',
  assignment: 'asg_',
  exemption: 'exm_',
};

/** Last type segment of the ARM ids of a kind. */
export const ARM_TYPE: Readonly<Record<Kind, string>> = {
  definition: 'policyDefinitions',
  initiative: 'policySetDefinitions',
  assignment: 'policyAssignments',
  exemption: 'policyExemptions',
};

/** Short id of our API: follows from the ARM id, in any casing. */
export function shortId(kind: Kind, armId: string): string {
  return SHORT[kind] + resourceKey(armId);
}

/** The key of a record, from its short id or its ARM id; undefined for what is neither. */
export function keyOf(kind: Kind, id: string): string | undefined {
  if (id.startsWith(SHORT[kind])) return /^[a-z]+_([a-z2-7]{24})$/.exec(id)?.[1];
  const armId = `/${id.replace(/^\/+|\/+$/g, '')}`;
  const isOfKind = armId.toLowerCase().includes(`/${ARM_TYPE[kind].toLowerCase()}/`);
  return isOfKind ? resourceKey(armId) : undefined;
}

/** Whether an ARM id names an initiative rather than a definition. */
export function isInitiativeId(armId: string): boolean {
  return armId.toLowerCase().includes('/policysetdefinitions/');
}

/** The ARM id of a record. */
export function armIdOf<K extends Kind>(kind: K, record: Records[K]): string {
  const ids = record as Partial<Record<`${Kind}Id`, string>>;
  return ids[`${kind}Id`] ?? '';
}
