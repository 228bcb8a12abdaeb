import { scalarText } from '../estate/json.ts';
import type { JsonObject, Resource } from '../estate/model.ts';
import {
  type AssessmentType,
  type Find,
  type Judgement,
  objectOf,
  objectsOf,
  when,
} from './assessmentType.ts';

const policy = (name: string) => `/providers/Microsoft.Authorization/policyDefinitions/${name}`;
const ANYWHERE = ['*', 'internet', '0.0.0.0/0', 'any'];
/** Management ports: SSH, RDP, WinRM. */
const PORTS = [22, 3389, 5985, 5986];

export const machineAssessments: readonly AssessmentType[] = [
  {
    key: 'bc303248-3d14-44c2-96a0-55f5c326b5fe',
    displayName: 'Management ports should be closed on your virtual machines',
    description:
      'Open remote management ports are exposing your VM to a high level of risk from Internet-based attacks.',
    remediation:
      '1. Open the virtual machine and select Networking<br>2. Select each rule that allows a management port from any source<br>3. Change its action to Deny, or its source to known addresses',
    severity: 'Medium',
    userImpact: 'High',
    implementationEffort: 'Low',
    policyDefinitionId: policy('22730e10-96f6-4aac-ad84-9383d35b5917'),
    category: 'Networking',
    threats: ['dataExfiltration', 'dataSpillage', 'maliciousInsider'],
    type: 'microsoft.compute/virtualmachines',
    judge: judgePorts,
  },
  {
    key: '22441184-2f7b-d4a0-e00b-4c5eaef4afc9',
    displayName: 'Authentication to Linux machines should require SSH keys',
    description: 'Passwords with SSH leave the machine vulnerable to brute-force attacks.',
    remediation:
      '1. Add a public key to the machine<br>2. Set PasswordAuthentication to no in sshd_config and restart sshd',
    severity: 'Medium',
    userImpact: 'Moderate',
    implementationEffort: 'Moderate',
    policyDefinitionId: policy('630c64f9-8b6b-4c64-b511-6544ceff6fd6'),
    category: 'Compute',
    threats: ['accountBreach'],
    type: 'microsoft.compute/virtualmachines',
    judge: when(({ osProfile }) => {
      const { linuxConfiguration } = objectOf(osProfile);
      if (!linuxConfiguration) return undefined;
      return objectOf(linuxConfiguration).disablePasswordAuthentication === true;
    }),
  },
  {
    key: 'b0fdc63a-38e7-4bab-a7c4-2c2665abbaa9',
    displayName: 'Role-Based Access Control should be used on Kubernetes Services',
    description: 'To filter what users can do, use role-based access control in the cluster.',
    remediation:
      'Create the cluster anew with role-based access control enabled: it cannot be switched on later.',
    severity: 'High',
    userImpact: 'High',
    implementationEffort: 'High',
    policyDefinitionId: policy('ac4a19c2-fa67-49b4-8ae5-0b2e78c49457'),
    category: 'Compute',
    threats: ['elevationOfPrivilege'],
    type: 'microsoft.containerservice/managedclusters',
    judge: when(({ enableRBAC }) => enableRBAC === true),
  },
];

function judgePorts(machine: Resource, find: Find): readonly Judgement[] {
  const interfaces = objectsOf(objectOf(machine.properties?.networkProfile).networkInterfaces);
  const groups = interfaces.flatMap(({ id }) => {
    const group = objectOf(find(scalarText(id))?.properties?.networkSecurityGroup);
    return find(scalarText(group.id)) ?? [];
  });
  if (groups.length === 0)
    return [
      {
        resourceId: machine.id,
        verdict: 'NotApplicable',
        cause: 'NoNetworkSecurityGroup',
        description: 'No network security group is associated with the machine',
      },
    ];
  const findings = groups
    .flatMap(({ properties }) => objectsOf(properties?.securityRules).filter(isOpen))
    .map((rule) => ({
      id: scalarText(rule.id),
      name: `Rule ${scalarText(rule.name)} allows a management port from anywhere`,
      description: `Destination port ${scalarText(objectOf(rule.properties).destinationPortRange)}`,
    }));
  return [{ resourceId: machine.id, verdict: findings.length > 0 ? 'Unhealthy' : 'Healthy', findings }];
}

function isOpen(rule: JsonObject): boolean {
  const { access, direction, sourceAddressPrefix, destinationPortRange, destinationPortRanges } = objectOf(
    rule.properties,
  );
  const ranges = [
    destinationPortRange,
    ...(Array.isArray(destinationPortRanges) ? destinationPortRanges : []),
  ];
  return (
    access === 'Allow' &&
    direction === 'Inbound' &&
    ANYWHERE.includes(scalarText(sourceAddressPrefix).toLowerCase()) &&
    ranges.some((range) => holdsPort(scalarText(range)))
  );
}

function holdsPort(range: string): boolean {
  if (range === '*') return true;
  const [low = Number.NaN, high = low] = range.split('-').map(Number);
  return PORTS.some((port) => port >= low && port <= high);
}
