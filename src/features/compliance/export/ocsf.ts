import type { Finding } from '../schema.ts';

const CLASS = 2003;
const ACTIVITY_CREATE = 1;
const SEVERITY = { low: 2, medium: 3, high: 4, critical: 5 } as const;
const SEVERITY_NAME = { low: 'Low', medium: 'Medium', high: 'High', critical: 'Critical' } as const;
/** Of the check: 1 Pass, 2 Warning, 3 Fail, 0 Unknown, 99 Other. */
const STATUS = {
  nonCompliant: { status_id: 3, status: 'Fail' },
  compliant: { status_id: 1, status: 'Pass' },
  exempt: { status_id: 99, status: 'Exempt' },
  error: { status_id: 99, status: 'Error' },
  needsData: { status_id: 0, status: 'Unknown' },
} as const;

/** A finding as an event of class Compliance Finding. Source: OCSF 1.3.0, class 2003. */
export function toOcsf(finding: Finding, of: { readonly tenantId: string; readonly at: Date }) {
  const since = Date.parse(finding.since);
  return {
    activity_id: ACTIVITY_CREATE,
    activity_name: 'Create',
    category_uid: 2,
    category_name: 'Findings',
    class_uid: CLASS,
    class_name: 'Compliance Finding',
    type_uid: CLASS * 100 + ACTIVITY_CREATE,
    type_name: 'Compliance Finding: Create',
    time: of.at.getTime(),
    severity_id: SEVERITY[finding.severity],
    severity: SEVERITY_NAME[finding.severity],
    ...(finding.state === 'exempt'
      ? { status_id: 3, status: 'Suppressed' }
      : { status_id: 1, status: 'New' }),
    metadata: {
      version: '1.3.0',
      product: { name: 'PolicyCortex', vendor_name: 'PolicyCortex' },
      tenant_uid: of.tenantId,
      uid: finding.id,
    },
    finding_info: {
      uid: finding.id,
      title: finding.policy_name || finding.policy_definition_id,
      created_time: since,
      first_seen_time: since,
      last_seen_time: of.at.getTime(),
      types: ['Azure Policy'],
    },
    compliance: {
      control: finding.policy_name || finding.policy_definition_id,
      standards: Object.keys(finding.frameworks),
      requirements: Object.entries(finding.frameworks).flatMap(([name, controls]) =>
        controls.map((control) => `${name} ${control}`),
      ),
      ...STATUS[finding.state],
      status_detail: finding.state,
    },
    cloud: {
      provider: 'Azure',
      ...(finding.subscription_id !== null && {
        account: { uid: finding.subscription_id, type: 'Azure Subscription' },
      }),
    },
    resources: [
      {
        uid: finding.resource_id,
        name: finding.resource_name,
        type: finding.resource_type,
        ...(finding.resource_group !== null && { group: { name: finding.resource_group } }),
      },
    ],
    unmapped: {
      policy_definition_id: finding.policy_definition_id,
      assignment_id: finding.assignment_id,
      ...(finding.initiative_id !== undefined && { initiative_id: finding.initiative_id }),
    },
  };
}
