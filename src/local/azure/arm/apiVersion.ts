import type { ResourceType } from '../estate/model.ts';
import { findType } from '../estate/registry.ts';
import { ArmFailure, badRequest } from './failure.ts';
import type { ArmRequest } from './http.ts';

const wellFormed = /^\d{4}-\d{2}-\d{2}(-[a-z]+)?$/i;

/** Returns the request's api-version; refuses its absence and what is no date, as Resource Manager does. */
export function requireApiVersion(request: ArmRequest): string {
  const version = request.query.get('api-version');
  if (version === null || version === '') {
    throw badRequest(
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  }
  if (!wellFormed.test(version)) {
    throw badRequest(
      'InvalidApiVersionParameter',
      `The api-version '${version}' is invalid. The supported versions are '${managementVersions.join(',')}'.`,
    );
  }
  return version;
}

export const managementVersions = [
  '2025-04-01',
  '2024-11-01',
  '2022-12-01',
  '2022-09-01',
  '2021-04-01',
  '2020-06-01',
  '2019-10-01',
];

/** The definition that serves a type: its own, or the parent's for a child kept inside the parent. */
export function servingType(
  type: string,
): { readonly definition: ResourceType; readonly child: string | undefined } | undefined {
  const definition = findType(type);
  if (definition !== undefined) return { definition, child: undefined };
  const cut = type.lastIndexOf('/');
  const parent = findType(type.slice(0, cut));
  const segment = type.slice(cut + 1).toLowerCase();
  const child = Object.keys(parent?.embedded ?? {}).find((key) => key.toLowerCase() === segment);
  return parent === undefined || child === undefined ? undefined : { definition: parent, child };
}

/** Refuses an api-version that the type's provider does not have. Types that only a loaded estate knows take any. */
export function checkTypeVersion(type: string, version: string, location: string): void {
  const versions = servingType(type)?.definition.apiVersions;
  if (versions === undefined || versions.some((known) => known.toLowerCase() === version.toLowerCase()))
    return;
  const segments = type.slice(type.indexOf('/') + 1);
  throw new ArmFailure(400, 'NoRegisteredProviderFound', {
    message: `No registered resource provider found for location '${location}' and API version '${version}' for type '${segments}'. The supported api-versions are '${versions.join(', ')}'. The supported locations are ''.`,
  });
}
