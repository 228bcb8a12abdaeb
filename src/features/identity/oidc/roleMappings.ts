import * as z from 'zod';
import { ROLES, type Role } from '#http/role.ts';
import type { Clock } from '#platform/clock.ts';
import type { Table, TableDeclaration, Tables } from '#platform/tables.ts';
import type { Person } from './claims.ts';

export const peopleTable: TableDeclaration = {
  name: 'people',
  description: 'What people and workloads of an identity provider may do, and the sessions of browsers.',
  keys: 'PartitionKey = tenant, RowKey = `mappings`. PartitionKey = !sessions, RowKey = SHA-256 of the cookie. PartitionKey = !signIns, RowKey = SHA-256 of the state of a sign-in under way.',
};

export const RoleMapping = z
  .strictObject({
    claim: z.enum(['appRole', 'group', 'subject']).meta({
      description:
        '`appRole`: value of `roles` in the token; `group`: object id, or display name as SCIM keeps it; `subject`: `sub` of a federated workload such as `repo:contoso/infra:ref:refs/heads/main`, `*` at its end stands for anything.',
    }),
    value: z.string().min(1).max(256),
    role: z.enum(ROLES),
  })
  .meta({ id: 'RoleMapping' });
export type RoleMapping = z.infer<typeof RoleMapping>;

export const RoleMappings = z
  .strictObject({ data: z.array(RoleMapping).max(80) })
  .meta({ id: 'RoleMappings' });

const ROW = 'mappings';
const CACHE_MS = 5_000;

/** Which roles app roles, groups and subjects have in each tenant. */
export class RoleMappingStore {
  readonly #table: Table;
  readonly #clock: Clock;
  readonly #cache = new Map<string, { readonly mappings: RoleMapping[]; readonly until: number }>();

  constructor({ tables, clock }: { tables: Tables; clock: Clock }) {
    this.#table = tables.open(peopleTable);
    this.#clock = clock;
  }

  /** At most five seconds old. */
  async list(tenantId: string): Promise<RoleMapping[]> {
    const now = this.#clock.now().getTime();
    const cached = this.#cache.get(tenantId);
    if (cached && cached.until > now) return cached.mappings;
    const row = await this.#table.forTenant(tenantId).get<{ json: string }>(ROW);
    const mappings = row ? z.array(RoleMapping).parse(JSON.parse(row.json)) : [];
    this.#cache.set(tenantId, { mappings, until: now + CACHE_MS });
    return mappings;
  }

  async replace(tenantId: string, mappings: readonly RoleMapping[]): Promise<void> {
    const row = { json: JSON.stringify(mappings) };
    await this.#table.forTenant(tenantId).write({ kind: 'upsert', rowKey: ROW, row });
    this.#cache.delete(tenantId);
  }
}

/** Roles of a person: app roles that are called like a role of ours, and what the tenant has mapped. */
export function rolesOf(
  person: Pick<Person, 'appRoles' | 'groups' | 'subject'>,
  mappings: readonly RoleMapping[],
): Role[] {
  const own = person.appRoles.map((name) => name.toLowerCase().replace(/^policycortex\./, ''));
  const mapped = mappings.filter(({ claim, value }) => {
    if (claim === 'appRole') return person.appRoles.includes(value);
    if (claim === 'group') return person.groups.some((group) => group.toLowerCase() === value.toLowerCase());
    return person.subject !== undefined && isSubject(person.subject, value);
  });
  return ROLES.filter((role) => own.includes(role) || mapped.some((mapping) => mapping.role === role));
}

function isSubject(subject: string, pattern: string): boolean {
  return pattern.endsWith('*') ? subject.startsWith(pattern.slice(0, -1)) : subject === pattern;
}
