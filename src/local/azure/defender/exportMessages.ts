import type { JsonObject } from '../estate/model.ts';
import type { SimulatedAlert } from './alerts.ts';
import type { Judged } from './judge.ts';
import { renderAssessment, renderFindings, renderMetadata } from './render.ts';

/**
 * What continuous export sends: ARM documents with `securityEventDataEnrichment`, sub-assessments in Pascal case,
 * alerts as SecurityAlert (as messages of real hubs show, elastic/integrations, microsoft_defender_cloud).
 */
export function assessmentMessages(judged: Judged, tenantId: string): JsonObject[] {
  const { properties, ...assessment } = renderAssessment(judged);
  const { properties: metadata } = renderMetadata(judged.type);
  const message = {
    assessmentEventDataEnrichment: enrichment('Write', '2019-01-01'),
    securityEventDataEnrichment: enrichment('Write', '2019-01-01'),
    tenantId,
    kind: null,
    location: null,
    tags: null,
    ...assessment,
    properties: { ...Object(properties), additionalData: {}, metadata },
  };
  const findings = renderFindings(judged).map((finding) => ({
    ...pascal(finding),
    SecurityEventDataEnrichment: pascal(enrichment('Write', '2020-01-01')),
    TenantId: tenantId,
  }));
  return [message, ...findings];
}

export function goneMessage(id: string, tenantId: string): JsonObject {
  return {
    assessmentEventDataEnrichment: enrichment('Delete', '2019-01-01'),
    securityEventDataEnrichment: enrichment('Delete', '2019-01-01'),
    tenantId,
    type: 'Microsoft.Security/assessments',
    id,
    name: id.split('/').at(-1) ?? '',
    properties: {},
  };
}

/** Scores, their controls, assessments of regulatory standards. */
export function postureMessage(document: JsonObject): JsonObject {
  return { securityEventDataEnrichment: enrichment('Write', '2020-01-01'), ...document };
}

export function alertMessage({ status, properties }: SimulatedAlert): JsonObject {
  const { timeGeneratedUtc, processingEndTimeUtc, extendedProperties, ...rest } = Object(properties);
  return {
    ...pascal(rest),
    ExtendedProperties: extendedProperties,
    TimeGenerated: timeGeneratedUtc,
    ProcessingEndTime: processingEndTimeUtc,
    Status: status === 'Active' ? 'New' : status,
  };
}

function enrichment(action: 'Write' | 'Delete', apiVersion: string): JsonObject {
  return { action, apiVersion, isSnapshot: false };
}

/** Names that begin in upper case, as .NET writes them. */
function pascal(given: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [
      key.charAt(0).toUpperCase() + key.slice(1),
      pascalOf(value),
    ]),
  );
}

function pascalOf(value: JsonObject[string]): JsonObject[string] {
  if (Array.isArray(value)) return value.map(pascalOf);
  return typeof value === 'object' && value !== null ? pascal(value as JsonObject) : value;
}
