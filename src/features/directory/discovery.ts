import { notFound } from './problems.ts';
import type { Json } from './resource.ts';
import { MAX_COUNT, MAX_OPERATIONS } from './schema.ts';
import { type Kind, kinds } from './schemas/kind.ts';

/** What this service can do (RFC 7643 section 5). */
export function serviceProviderConfig(base: string, maxPayloadSize: number): Json {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: MAX_OPERATIONS, maxPayloadSize },
    filter: { supported: true, maxResults: MAX_COUNT },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description:
          'An API key with the role owner, best limited to the feature scim, or a token of Entra ID.',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  };
}

/** Every schema, those of resource types and their extensions (RFC 7643 section 7). */
export function listSchemas(base: string): Json[] {
  return kinds
    .flatMap(({ schema, extensions }) => [schema, ...extensions])
    .map((schema) => ({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
      ...schema,
      meta: { resourceType: 'Schema', location: `${base}/Schemas/${schema.id}` },
    }));
}

/** The types of resource (RFC 7643 section 6). */
export function listResourceTypes(base: string): Json[] {
  return kinds.map((kind) => toResourceType(kind, base));
}

function toResourceType({ name, endpoint, description, schema, extensions }: Kind, base: string): Json {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: name,
    name,
    endpoint,
    description,
    schema: schema.id,
    ...(extensions.length > 0 && {
      schemaExtensions: extensions.map(({ id }) => ({ schema: id, required: false })),
    }),
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
  };
}

/** The one of an id, in any case. @throws Failure `notFound` */
export function byId(list: readonly Json[], type: string, id: string): Json {
  const found = list.find((item) => String(item.id).toLowerCase() === id.toLowerCase());
  if (!found) throw notFound(type, id);
  return found;
}
