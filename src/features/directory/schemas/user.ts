import { attribute, complex, plural, type Schema } from './attribute.ts';

const readOnly = { mutability: 'readOnly' } as const;

const name = complex('name', 'The parts of the name.', [
  attribute('formatted', 'The whole name as it is shown.'),
  attribute('familyName', 'Last name.'),
  attribute('givenName', 'First name.'),
  attribute('middleName', 'Middle names.'),
  attribute('honorificPrefix', 'Title, such as Ms.'),
  attribute('honorificSuffix', 'Suffix, such as III.'),
]);

const addresses = complex(
  'addresses',
  'Postal addresses.',
  [
    attribute('formatted', 'The whole address as it is written on a letter.'),
    attribute('streetAddress', 'Street and number.'),
    attribute('locality', 'City.'),
    attribute('region', 'State or region.'),
    attribute('postalCode', 'Postal code.'),
    attribute('country', 'Country, ISO 3166-1 alpha-2.'),
    attribute('type', 'What it is for.', { canonicalValues: ['work', 'home', 'other'] }),
    attribute('primary', 'Whether it is the preferred one; at most one is.', { type: 'boolean' }),
  ],
  { multiValued: true },
);

const groups = complex(
  'groups',
  'Groups that the user is in; changed through the groups.',
  [
    attribute('value', 'Id of the group.', readOnly),
    attribute('$ref', 'Where the group is.', {
      type: 'reference',
      referenceTypes: ['Group'],
      ...readOnly,
    }),
    attribute('display', 'Display name of the group.', readOnly),
    attribute('type', 'How the user came into it.', { canonicalValues: ['direct'], ...readOnly }),
  ],
  { multiValued: true, ...readOnly },
);

/** RFC 7643 section 4.1, without `password`: nobody signs in here with one. */
export const userSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:User',
  name: 'User',
  description: 'User Account',
  attributes: [
    attribute('userName', 'Name to sign in with; in Entra ID the user principal name.', {
      required: true,
      uniqueness: 'server',
    }),
    name,
    attribute('displayName', 'Name as it is shown.'),
    attribute('nickName', 'Casual name.'),
    attribute('profileUrl', 'Page about the user.', { type: 'reference', referenceTypes: ['external'] }),
    attribute('title', 'Job title.'),
    attribute('userType', 'Kind of employment.'),
    attribute('preferredLanguage', 'Language, RFC 7231 section 5.3.5.'),
    attribute('locale', 'Locale, RFC 5646.'),
    attribute('timezone', 'Time zone, IANA.'),
    attribute('active', 'Whether the user may sign in; without it, not.', { type: 'boolean' }),
    plural('emails', 'E-mail addresses.', { types: ['work', 'home', 'other'] }),
    plural('phoneNumbers', 'Phone numbers.', {
      types: ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
    }),
    plural('ims', 'Instant messaging addresses.'),
    plural('photos', 'Pictures of the user.', {
      types: ['photo', 'thumbnail'],
      value: { type: 'reference', referenceTypes: ['external'] },
    }),
    addresses,
    groups,
    plural('entitlements', 'What the user is entitled to.'),
    plural('roles', 'Roles at the organization; they give none here.'),
    plural('x509Certificates', 'Certificates, DER in base64.', { value: { type: 'binary' } }),
  ],
};

/** RFC 7643 section 4.3. */
export const enterpriseUserSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    attribute('employeeNumber', 'Number at the organization.'),
    attribute('costCenter', 'Cost center.'),
    attribute('organization', 'Organization.'),
    attribute('division', 'Division.'),
    attribute('department', 'Department.'),
    complex('manager', 'Manager.', [
      attribute('value', 'Id of the manager.', { caseExact: true }),
      attribute('$ref', 'Where the manager is.', { type: 'reference', referenceTypes: ['User'] }),
      attribute('displayName', 'Name of the manager.', readOnly),
    ]),
  ],
};
