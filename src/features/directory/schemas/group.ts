import { attribute, complex, type Schema } from './attribute.ts';

const immutable = { mutability: 'immutable' } as const;

export const membersAttribute = complex(
  'members',
  'Who is in the group.',
  [
    attribute('value', 'Id of the member.', immutable),
    attribute('$ref', 'Where the member is.', {
      type: 'reference',
      referenceTypes: ['User', 'Group'],
      ...immutable,
    }),
    attribute('type', 'What the member is.', { canonicalValues: ['User', 'Group'], ...immutable }),
    attribute('display', 'Name of the member.', immutable),
  ],
  { multiValued: true },
);

/** RFC 7643 section 4.2. */
export const groupSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  name: 'Group',
  description: 'Group',
  attributes: [
    attribute('displayName', 'Name as it is shown.', { required: true, uniqueness: 'server' }),
    membersAttribute,
  ],
};
