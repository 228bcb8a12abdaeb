import type { JsonObject } from '../estate/model.ts';

/** A definition, set definition, assignment or exemption as Resource Manager returns it. */
export type PolicyObject = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly properties: JsonObject;
  readonly identity?: JsonObject | undefined;
  readonly location?: string | undefined;
  readonly systemData?: JsonObject | undefined;
};

export const kinds = [
  'policyDefinitions',
  'policySetDefinitions',
  'policyAssignments',
  'policyExemptions',
] as const;
export type PolicyKind = (typeof kinds)[number];

/** The scope that an object belongs to, in lower case; empty for what is built in. */
export function scopeOf({ id }: Pick<PolicyObject, 'id'>): string {
  const lower = id.toLowerCase();
  return lower.slice(0, lower.lastIndexOf('/providers/microsoft.authorization/'));
}
