import { type Attribute, attribute, complex, type Schema } from './attribute.ts';
import { groupSchema } from './group.ts';
import { enterpriseUserSchema, userSchema } from './user.ts';

/** A type of resource: its schema and where it is found (RFC 7643 section 6). */
export type Kind = {
  readonly name: 'User' | 'Group';
  readonly endpoint: '/Users' | '/Groups';
  readonly description: string;
  readonly schema: Schema;
  readonly extensions: readonly Schema[];
};

export const userKind: Kind = {
  name: 'User',
  endpoint: '/Users',
  description: 'User Account',
  schema: userSchema,
  extensions: [enterpriseUserSchema],
};

export const groupKind: Kind = {
  name: 'Group',
  endpoint: '/Groups',
  description: 'Group',
  schema: groupSchema,
  extensions: [],
};

export const kinds: readonly Kind[] = [userKind, groupKind];

const readOnly = { mutability: 'readOnly' } as const;
const always = { ...readOnly, returned: 'always', caseExact: true } as const;

/** Attributes that every resource has (RFC 7643 section 3.1); `/Schemas` does not list them. */
export const commonAttributes: readonly Attribute[] = [
  attribute('schemas', 'Schemas of the resource.', { ...always, type: 'reference', multiValued: true }),
  attribute('id', 'Id, given by this service.', always),
  attribute('externalId', 'Id at the identity provider; in Entra ID best the object id.', {
    caseExact: true,
    uniqueness: 'server',
  }),
  complex(
    'meta',
    'About the resource itself.',
    [
      attribute('resourceType', 'Its type.', { ...readOnly, caseExact: true }),
      attribute('created', 'When it came to be.', { ...readOnly, type: 'dateTime' }),
      attribute('lastModified', 'When it was last changed.', { ...readOnly, type: 'dateTime' }),
      attribute('location', 'Where it is.', { ...readOnly, type: 'reference' }),
      attribute('version', 'Its weak entity tag.', { ...readOnly, caseExact: true }),
    ],
    readOnly,
  ),
];
