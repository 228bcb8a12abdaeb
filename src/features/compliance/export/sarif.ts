import type { PairInfo } from '../plan/pair.ts';
import type { Finding } from '../schema.ts';

/** Levels of SARIF by our severities; `security-severity` is what code scanning sorts by (CVSS bands). */
const LEVEL = { critical: 'error', high: 'error', medium: 'warning', low: 'note' } as const;
const SCORE = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0' } as const;

/** A log of one run, up to its results. Source: OASIS, SARIF 2.1.0. */
export function sarifHead(rules: readonly PairInfo[]): string {
  const driver = {
    name: 'PolicyCortex',
    informationUri: 'https://policycortex.com',
    rules: uniqueRules(rules).map(toRule),
  };
  const start = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0' };
  return `${JSON.stringify(start).slice(0, -1)},"runs":[{"tool":${JSON.stringify({ driver })},"columnKind":"utf16CodeUnits","results":[`;
}

/** A result, without the comma before the next. */
export function toSarifResult(finding: Finding): string {
  return JSON.stringify({
    ruleId: ruleIdOf(finding.policy_id, finding.policy_definition_id),
    ...verdictOf(finding),
    message: { text: `${finding.resource_name}: ${finding.policy_name} (${finding.state})` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: encodeURI(finding.resource_id) } },
        logicalLocations: [
          { fullyQualifiedName: finding.resource_id, name: finding.resource_name, kind: 'resource' },
        ],
      },
    ],
    partialFingerprints: { 'policycortex/v1': finding.id },
    ...(finding.state === 'exempt' && { suppressions: [{ kind: 'external', status: 'accepted' }] }),
    properties: {
      severity: finding.severity,
      state: finding.state,
      since: finding.since,
      assignment: finding.assignment_id,
      frameworks: finding.frameworks,
    },
  });
}

export const sarifTail = ']}]}';

/** What is not known to fail has no level (3.27.10); what is exempt fails, and is suppressed. */
function verdictOf({ state, severity }: Finding): { kind: string; level: string } {
  if (state === 'nonCompliant' || state === 'exempt') return { kind: 'fail', level: LEVEL[severity] };
  return { kind: 'open', level: 'none' };
}

function uniqueRules(rules: readonly PairInfo[]): PairInfo[] {
  return [...new Map(rules.map((rule) => [ruleIdOf(rule.policyId, rule.definitionId), rule])).values()];
}

function ruleIdOf(policyId: string, definitionId: string): string {
  return policyId === '' ? definitionId : policyId;
}

function toRule({ policyId, definitionId, policyName, severity, frameworks }: PairInfo) {
  return {
    id: ruleIdOf(policyId, definitionId),
    name: policyName,
    shortDescription: { text: policyName === '' ? definitionId : policyName },
    defaultConfiguration: { level: LEVEL[severity] },
    properties: {
      'security-severity': SCORE[severity],
      tags: Object.entries(frameworks).flatMap(([name, controls]) =>
        controls.map((control) => `${name} ${control}`),
      ),
      policyDefinitionId: definitionId,
    },
  };
}
