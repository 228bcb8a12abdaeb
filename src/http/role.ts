/** Roles a caller can have, least first. */
export const ROLES = ['viewer', 'operator', 'policy-author', 'security-admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

const GRANTS: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ['viewer'],
  operator: ['viewer', 'operator'],
  'policy-author': ['viewer', 'policy-author'],
  'security-admin': ['viewer', 'operator', 'security-admin'],
  owner: ROLES,
};

/** Whether somebody with role `held` may do what needs `required`. */
export function grants(held: Role, required: Role): boolean {
  return GRANTS[held].includes(required);
}
