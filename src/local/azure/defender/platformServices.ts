import { scalarText } from '../estate/json.ts';
import { type AssessmentType, objectOf, objectsOf, when } from './assessmentType.ts';

const policy = (name: string) => `/providers/Microsoft.Authorization/policyDefinitions/${name}`;
const STORAGE = 'microsoft.storage/storageaccounts';
/** Subnets whose services bring their own protection: not applicable (as the recommendation says). */
const OWN_PROTECTION = ['gatewaysubnet', 'azurefirewallsubnet', 'azurefirewallmanagementsubnet'];

export const serviceAssessments: readonly AssessmentType[] = [
  {
    key: '1c5de8e1-f68d-6a17-e0d2-ec259c42768c',
    displayName: 'Secure transfer to storage accounts should be enabled',
    description: 'Secure transfer forces the storage account to accept requests only over HTTPS.',
    remediation:
      '1. Open the storage account<br>2. Select Configuration<br>3. Set Secure transfer required to Enabled',
    severity: 'High',
    userImpact: 'Moderate',
    implementationEffort: 'Low',
    policyDefinitionId: policy('404c3081-a854-4457-ae30-26a93ef643f9'),
    category: 'Data',
    threats: ['dataSpillage'],
    type: STORAGE,
    judge: when(({ supportsHttpsTrafficOnly }) => supportsHttpsTrafficOnly !== false),
  },
  {
    key: '51fd8bb1-0db4-bbf1-7e2b-cfcba7eb66a6',
    displayName: 'Storage account public access should be disallowed',
    description: 'Anonymous read access to containers and blobs might present security risks.',
    remediation:
      '1. Open the storage account<br>2. Select Configuration<br>3. Set Allow Blob anonymous access to Disabled',
    severity: 'Medium',
    userImpact: 'Moderate',
    implementationEffort: 'Low',
    policyDefinitionId: policy('4fa4b6c0-31ca-4c0d-b10d-24b96f62a751'),
    category: 'Data',
    threats: ['dataExfiltration'],
    type: STORAGE,
    judge: when(({ allowBlobPublicAccess }) => allowBlobPublicAccess !== true),
  },
  {
    key: '45d313c3-3fca-5040-035f-d61928366d31',
    displayName:
      'Access to storage accounts with firewall and virtual network configurations should be restricted',
    description:
      'Review the settings of network access; only applications from allowed networks should have it.',
    remediation: 'Set the default action of the firewall to Deny, and allow the networks that need access.',
    severity: 'Low',
    userImpact: 'High',
    implementationEffort: 'Moderate',
    policyDefinitionId: policy('34c877ad-507e-4c82-993e-3452a6e0ad3c'),
    category: 'Data',
    threats: ['dataExfiltration'],
    type: STORAGE,
    judge: when(
      ({ publicNetworkAccess, networkAcls }) =>
        publicNetworkAccess === 'Disabled' || objectOf(networkAcls).defaultAction === 'Deny',
    ),
  },
  {
    key: '3b363842-30f5-4056-980d-3a40fa5de8b3',
    displayName: 'Storage accounts should prevent shared key access',
    description: 'Requests authorised with Microsoft Entra ID are safer than those with the account key.',
    remediation: 'Move clients to Microsoft Entra ID, then set Allow storage account key access to Disabled.',
    severity: 'Medium',
    userImpact: 'High',
    implementationEffort: 'High',
    policyDefinitionId: policy('8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54'),
    category: 'Data',
    threats: ['accountBreach'],
    type: STORAGE,
    judge: when(({ allowSharedKeyAccess }) => allowSharedKeyAccess === false),
  },
  {
    key: '4ed62ae4-5072-f9e7-8d94-51c76c48159a',
    displayName: 'Key vaults should have purge protection enabled',
    description:
      'A malicious insider can delete and purge key vaults; purge protection keeps them for a while.',
    remediation: '1. Open the key vault<br>2. Select Properties<br>3. Enable purge protection',
    severity: 'Medium',
    userImpact: 'Low',
    implementationEffort: 'Low',
    policyDefinitionId: policy('0b60c0b2-2dc2-4e1c-b5c9-abbed971de53'),
    category: 'Data',
    threats: ['maliciousInsider'],
    type: 'microsoft.keyvault/vaults',
    judge: when(({ enablePurgeProtection }) => enablePurgeProtection === true),
  },
  {
    key: '22e93e92-4a31-b4cd-d640-3ef908430aa6',
    displayName: 'Public network access on Azure SQL Database should be disabled',
    description: 'Disabling public network access lets the database be reached from private endpoints only.',
    remediation: 'Create a private endpoint for the server, then set public network access to Disabled.',
    severity: 'Medium',
    userImpact: 'High',
    implementationEffort: 'Moderate',
    policyDefinitionId: policy('1b8ca024-1d5c-4dec-8995-b1a932b41780'),
    category: 'Data',
    threats: ['dataExfiltration'],
    type: 'microsoft.sql/servers',
    judge: when(({ publicNetworkAccess }) => publicNetworkAccess === 'Disabled'),
  },
  {
    key: '1b351b29-41ca-6df5-946c-c190a56be5fe',
    displayName: 'Web Application should only be accessible over HTTPS',
    description: 'HTTPS authenticates the server and protects data in transit from eavesdropping.',
    remediation: '1. Open the app<br>2. Select TLS/SSL settings<br>3. Set HTTPS Only to On',
    severity: 'Medium',
    userImpact: 'Low',
    implementationEffort: 'Low',
    policyDefinitionId: policy('a4af4a39-4135-47fb-b175-47fbdf85311d'),
    category: 'AppServices',
    threats: ['dataSpillage'],
    type: 'microsoft.web/sites',
    judge: when(({ httpsOnly }, { kind }) =>
      kind?.includes('functionapp') ? undefined : httpsOnly === true,
    ),
  },
  {
    key: 'eade5b56-eefd-444f-95c8-23f29e5d93cb',
    displayName: 'Subnets should be associated with a network security group',
    description:
      'Protect your subnet from potential threats by restricting access to it with a network security group.',
    remediation:
      '1. Open the virtual network<br>2. Select the subnet<br>3. Choose a network security group and save',
    severity: 'Low',
    userImpact: 'High',
    implementationEffort: 'Moderate',
    policyDefinitionId: policy('e71308d3-144b-4262-b144-efdc3cc90517'),
    category: 'Networking',
    threats: ['maliciousInsider', 'threatResistance'],
    type: 'microsoft.network/virtualnetworks',
    judge: ({ id, properties }) =>
      objectsOf(properties?.subnets).map((subnet) => {
        const resourceId = `${id}/subnets/${scalarText(subnet.name)}`;
        if (OWN_PROTECTION.includes(scalarText(subnet.name).toLowerCase()))
          return { resourceId, verdict: 'NotApplicable', cause: 'ExemptByType' };
        const hasGroup = objectOf(subnet.properties).networkSecurityGroup !== undefined;
        return { resourceId, verdict: hasGroup ? 'Healthy' : 'Unhealthy' };
      }),
  },
];
