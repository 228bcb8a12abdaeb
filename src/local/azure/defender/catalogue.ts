import type { AssessmentType } from './assessmentType.ts';
import { machineAssessments } from './machines.ts';
import { serviceAssessments } from './platformServices.ts';

/** Every assessment; a new one is an entry in one of these tables. */
export const assessmentTypes: readonly AssessmentType[] = [...serviceAssessments, ...machineAssessments];

export const assessmentTypesOf: ReadonlyMap<string, readonly AssessmentType[]> = Map.groupBy(
  assessmentTypes,
  ({ type }) => type,
);

/** A secure score control: what it can give, and the assessments that decide it. */
export type ScoreControlType = {
  readonly key: string;
  readonly displayName: string;
  readonly maxScore: number;
  readonly assessments: readonly string[];
};

/**
 * Names and maximum scores are Microsoft's ("Secure score controls"); the keys are the simulator's own, but that of
 * the last.
 */
export const scoreControls: readonly ScoreControlType[] = [
  {
    key: '00000000-0000-4000-8000-000000000001',
    displayName: 'Secure management ports',
    maxScore: 8,
    assessments: ['bc303248-3d14-44c2-96a0-55f5c326b5fe'],
  },
  {
    key: '00000000-0000-4000-8000-000000000002',
    displayName: 'Encrypt data in transit',
    maxScore: 4,
    assessments: ['1c5de8e1-f68d-6a17-e0d2-ec259c42768c', '1b351b29-41ca-6df5-946c-c190a56be5fe'],
  },
  {
    key: '00000000-0000-4000-8000-000000000003',
    displayName: 'Restrict unauthorized network access',
    maxScore: 4,
    assessments: [
      '51fd8bb1-0db4-bbf1-7e2b-cfcba7eb66a6',
      '22e93e92-4a31-b4cd-d640-3ef908430aa6',
      'eade5b56-eefd-444f-95c8-23f29e5d93cb',
    ],
  },
  {
    key: '00000000-0000-4000-8000-000000000004',
    displayName: 'Manage access and permissions',
    maxScore: 4,
    assessments: ['b0fdc63a-38e7-4bab-a7c4-2c2665abbaa9', '3b363842-30f5-4056-980d-3a40fa5de8b3'],
  },
  {
    key: '76763537-9feb-42d3-b4f4-78c01117be80',
    displayName: 'Implement security best practices',
    maxScore: 0,
    assessments: [
      '4ed62ae4-5072-f9e7-8d94-51c76c48159a',
      '45d313c3-3fca-5040-035f-d61928366d31',
      '22441184-2f7b-d4a0-e00b-4c5eaef4afc9',
    ],
  },
];

type StandardType = {
  readonly name: string;
  readonly controls: readonly {
    readonly name: string;
    readonly description: string;
    readonly assessments: readonly string[];
  }[];
};

/** Excerpts of two standards: the controls that the assessments above belong to. */
export const standards: readonly StandardType[] = [
  {
    name: 'Microsoft-cloud-security-benchmark',
    controls: [
      {
        name: 'NS-1',
        description: 'Establish network segmentation boundaries',
        assessments: ['eade5b56-eefd-444f-95c8-23f29e5d93cb', 'bc303248-3d14-44c2-96a0-55f5c326b5fe'],
      },
      {
        name: 'NS-2',
        description: 'Secure cloud services with network controls',
        assessments: [
          '51fd8bb1-0db4-bbf1-7e2b-cfcba7eb66a6',
          '45d313c3-3fca-5040-035f-d61928366d31',
          '22e93e92-4a31-b4cd-d640-3ef908430aa6',
        ],
      },
      {
        name: 'IM-1',
        description: 'Use centralized identity and authentication system',
        assessments: ['3b363842-30f5-4056-980d-3a40fa5de8b3'],
      },
      {
        name: 'IM-6',
        description: 'Use strong authentication controls',
        assessments: ['22441184-2f7b-d4a0-e00b-4c5eaef4afc9'],
      },
      {
        name: 'PA-7',
        description: 'Follow just enough administration (least privilege) principle',
        assessments: ['b0fdc63a-38e7-4bab-a7c4-2c2665abbaa9'],
      },
      {
        name: 'DP-3',
        description: 'Encrypt sensitive data in transit',
        assessments: ['1c5de8e1-f68d-6a17-e0d2-ec259c42768c', '1b351b29-41ca-6df5-946c-c190a56be5fe'],
      },
      {
        name: 'DP-8',
        description: 'Ensure security of key and certificate repository',
        assessments: ['4ed62ae4-5072-f9e7-8d94-51c76c48159a'],
      },
      { name: 'BR-4', description: 'Regularly test backup', assessments: [] },
    ],
  },
  {
    name: 'Azure-CIS-1.4.0',
    controls: [
      {
        name: '3.1',
        description: "Ensure that 'Secure transfer required' is set to 'Enabled'",
        assessments: ['1c5de8e1-f68d-6a17-e0d2-ec259c42768c'],
      },
      {
        name: '3.5',
        description: "Ensure that 'Public access level' is set to Private for blob containers",
        assessments: ['51fd8bb1-0db4-bbf1-7e2b-cfcba7eb66a6'],
      },
      {
        name: '3.6',
        description: 'Ensure Default Network Access Rule for Storage Accounts is Set to Deny',
        assessments: ['45d313c3-3fca-5040-035f-d61928366d31'],
      },
      {
        name: '6.1',
        description: 'Ensure that RDP access is restricted from the internet',
        assessments: ['bc303248-3d14-44c2-96a0-55f5c326b5fe'],
      },
      {
        name: '8.6',
        description: 'Ensure the Key Vault is Recoverable',
        assessments: ['4ed62ae4-5072-f9e7-8d94-51c76c48159a'],
      },
      {
        name: '9.2',
        description: 'Ensure Web App Redirects All HTTP traffic to HTTPS in Azure App Service',
        assessments: ['1b351b29-41ca-6df5-946c-c190a56be5fe'],
      },
    ],
  },
];
