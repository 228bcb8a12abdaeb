import type { Json, JsonObject } from '../estate/model.ts';
import type { PolicyObject } from './model.ts';

/** Id, category, display name, type, and what of it violates the policy. */
type Row = readonly [
  id: string,
  category: string,
  displayName: string,
  type: string,
  when: readonly JsonObject[],
];

const STORAGE = 'Microsoft.Storage/storageAccounts';
const MACHINE = 'Microsoft.Compute/virtualMachines';
const DISK = 'Microsoft.Compute/disks';
const SQL = 'Microsoft.Sql/servers';
const VAULT = 'Microsoft.KeyVault/vaults';
const SITE = 'Microsoft.Web/sites';
const CLUSTER = 'Microsoft.ContainerService/managedClusters';
const COSMOS = 'Microsoft.DocumentDB/databaseAccounts';
const REGISTRY = 'Microsoft.ContainerRegistry/registries';
const INTERFACE = 'Microsoft.Network/networkInterfaces';

function is(field: string, value: Json): JsonObject {
  return { field, equals: value };
}

function isNot(field: string, value: Json): JsonObject {
  return { field, notEquals: value };
}

/** Rules of our own under ids of well-known built-ins of Azure: what asks for them by id finds them. */
const rows: readonly Row[] = [
  [
    '404c3081-a854-4457-ae30-26a93ef643f9',
    'Storage',
    'Secure transfer to storage accounts should be enabled',
    STORAGE,
    [isNot(`${STORAGE}/supportsHttpsTrafficOnly`, true)],
  ],
  [
    '34c877ad-507e-4c82-993e-3452a6e0ad3c',
    'Storage',
    'Storage accounts should restrict network access',
    STORAGE,
    [isNot(`${STORAGE}/networkAcls.defaultAction`, 'Deny')],
  ],
  [
    '4fa4b6c0-31ca-4c0d-b10d-24b96f62a751',
    'Storage',
    'Storage account public access should be disallowed',
    STORAGE,
    [isNot(`${STORAGE}/allowBlobPublicAccess`, false)],
  ],
  [
    'fe83a0eb-a853-422d-aac2-1bffd182c5d0',
    'Storage',
    'Storage accounts should have the specified minimum TLS version',
    STORAGE,
    [isNot(`${STORAGE}/minimumTlsVersion`, 'TLS1_2')],
  ],
  [
    '8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54',
    'Storage',
    'Storage accounts should prevent shared key access',
    STORAGE,
    [isNot(`${STORAGE}/allowSharedKeyAccess`, false)],
  ],
  [
    '06a78e20-9358-41c9-923c-fb736d382a4d',
    'Compute',
    'Audit VMs that do not use managed disks',
    MACHINE,
    [{ field: `${MACHINE}/osDisk.uri`, exists: true }],
  ],
  [
    'fc4d8e41-e223-45ea-9bf5-eada37891d87',
    'Compute',
    'Virtual machines should have encryption at host enabled',
    MACHINE,
    [isNot(`${MACHINE}/securityProfile.encryptionAtHost`, true)],
  ],
  [
    '8405fdab-1faf-48aa-b702-999c9c172094',
    'Compute',
    'Managed disks should disable public network access',
    DISK,
    [isNot(`${DISK}/publicNetworkAccess`, 'Disabled')],
  ],
  [
    '1b8ca024-1d5c-4dec-8995-b1a932b41780',
    'SQL',
    'Public network access on Azure SQL Database should be disabled',
    SQL,
    [isNot(`${SQL}/publicNetworkAccess`, 'Disabled')],
  ],
  [
    '32e6bbec-16b6-44c2-be37-c5b672d103cf',
    'SQL',
    'Azure SQL Database should be running TLS version 1.2 or newer',
    SQL,
    [isNot(`${SQL}/minimalTlsVersion`, '1.2')],
  ],
  [
    '0b60c0b2-2dc2-4e1c-b5c9-abbed971de53',
    'Key Vault',
    'Key vaults should have deletion protection enabled',
    VAULT,
    [isNot(`${VAULT}/enablePurgeProtection`, true)],
  ],
  [
    '1e66c121-a66a-4b1f-9b83-0fd99bf0fc2d',
    'Key Vault',
    'Key vaults should have soft delete enabled',
    VAULT,
    [is(`${VAULT}/enableSoftDelete`, false)],
  ],
  [
    '12d4fa5e-1f9f-4c21-97a9-b99b3c6611b5',
    'Key Vault',
    'Azure Key Vault should use RBAC permission model',
    VAULT,
    [isNot(`${VAULT}/enableRbacAuthorization`, true)],
  ],
  [
    '55615ac9-af46-4a59-874e-391cc3dfb490',
    'Key Vault',
    'Azure Key Vault should have firewall enabled',
    VAULT,
    [isNot(`${VAULT}/networkAcls.defaultAction`, 'Deny')],
  ],
  [
    'a4af4a39-4135-47fb-b175-47fbdf85311d',
    'App Service',
    'App Service apps should only be accessible over HTTPS',
    SITE,
    [isNot(`${SITE}/httpsOnly`, true)],
  ],
  [
    '2b9ad585-36bc-4615-b300-fd4435808332',
    'App Service',
    'App Service apps should use managed identity',
    SITE,
    [{ field: 'identity.type', exists: false }],
  ],
  [
    '040732e8-d947-40b8-95d6-854c95024bf8',
    'Kubernetes',
    'Azure Kubernetes Service Private Clusters should be enabled',
    CLUSTER,
    [isNot(`${CLUSTER}/apiServerAccessProfile.enablePrivateCluster`, true)],
  ],
  [
    '993c2fcd-2b29-49d2-9eb0-df2c3a730c32',
    'Kubernetes',
    'Kubernetes clusters should have local authentication methods disabled',
    CLUSTER,
    [isNot(`${CLUSTER}/disableLocalAccounts`, true)],
  ],
  [
    '797b37f7-06b8-444c-b1ad-fc62867f335a',
    'Cosmos DB',
    'Azure Cosmos DB should disable public network access',
    COSMOS,
    [isNot(`${COSMOS}/publicNetworkAccess`, 'Disabled')],
  ],
  [
    '0fdf0491-d080-4575-b627-ad0e843cba0f',
    'Container Registry',
    'Public network access should be disabled for Container registries',
    REGISTRY,
    [isNot(`${REGISTRY}/publicNetworkAccess`, 'Disabled')],
  ],
  [
    'dc921057-6b28-4fbe-9b83-f7bec05db6c2',
    'Container Registry',
    'Container registries should have local admin account disabled',
    REGISTRY,
    [is(`${REGISTRY}/adminUserEnabled`, true)],
  ],
  [
    '88c0b9da-ce96-4b03-9635-f29a937e2900',
    'Network',
    'Network interfaces should disable IP forwarding',
    INTERFACE,
    [is(`${INTERFACE}/enableIpForwarding`, true)],
  ],
];

/** The built-in definitions that the simulator has by itself. */
export function builtInDefinitions(): PolicyObject[] {
  return [...rows.map(toDefinition), ...general()].map((definition) => ({
    ...definition,
    id: `/providers/Microsoft.Authorization/policyDefinitions/${definition.name}`,
    type: 'Microsoft.Authorization/policyDefinitions',
  }));
}

/** One initiative over some of them. */
export function builtInInitiatives(): PolicyObject[] {
  const name = '1f3afdf9-d0c9-4c3d-847f-89da613e70a8';
  return [
    {
      id: `/providers/Microsoft.Authorization/policySetDefinitions/${name}`,
      name,
      type: 'Microsoft.Authorization/policySetDefinitions',
      properties: {
        displayName: 'Microsoft cloud security benchmark',
        description: 'Some of the simulator’s built-in definitions, by control.',
        policyType: 'BuiltIn',
        metadata: { version: '1.0.0', category: 'Security Center' },
        parameters: { storageEffect: effectParameter() },
        policyDefinitionGroups: [{ name: 'DP-3' }, { name: 'NS-2' }, { name: 'IM-1' }],
        policyDefinitions: rows.slice(0, 12).map(([id, category], index) => ({
          policyDefinitionReferenceId: `member${index}`,
          policyDefinitionId: `/providers/Microsoft.Authorization/policyDefinitions/${id}`,
          groupNames: [['DP-3', 'NS-2', 'IM-1'][index % 3]],
          parameters: category === 'Storage' ? { effect: { value: "[parameters('storageEffect')]" } } : {},
        })),
      },
    },
  ];
}

type Bare = Omit<PolicyObject, 'id' | 'type'>;

function toDefinition([name, category, displayName, type, when]: Row): Bare {
  return definition({ name, category, displayName }, { allOf: [is('type', type), ...when] });
}

/** Rules about any resource: locations and tags. */
function general(): Bare[] {
  const locations = { type: 'Array', metadata: { displayName: 'Allowed locations', strongType: 'location' } };
  const tag = { type: 'String', metadata: { displayName: 'Tag name' } };
  return [
    definition(
      {
        name: 'e56962a6-4747-49cd-b67b-bf8b01975c4c',
        category: 'General',
        displayName: 'Allowed locations',
        parameters: { listOfAllowedLocations: locations },
        effect: 'deny',
      },
      {
        allOf: [
          { field: 'location', notIn: "[parameters('listOfAllowedLocations')]" },
          isNot('location', 'global'),
        ],
      },
    ),
    definition(
      {
        name: '871b6d14-10aa-478d-b590-94f262ecfa99',
        category: 'Tags',
        displayName: 'Require a tag on resources',
        parameters: { tagName: tag },
        effect: 'deny',
      },
      { field: "[concat('tags[', parameters('tagName'), ']')]", exists: 'false' },
    ),
    definition(
      {
        name: '0a914e76-4921-4c19-b460-a2d36003525a',
        category: 'General',
        displayName: 'Audit resource location matches resource group location',
        effect: 'audit',
      },
      { allOf: [isNot('location', '[resourceGroup().location]'), isNot('location', 'global')] },
    ),
  ];
}

function effectParameter(): JsonObject {
  return {
    type: 'String',
    metadata: { displayName: 'Effect' },
    allowedValues: ['Audit', 'Deny', 'Disabled'],
    defaultValue: 'Audit',
  };
}

/** Makes a definition; without a fixed effect it has a parameter for it. */
export function definition(
  of: {
    readonly name: string;
    readonly category: string;
    readonly displayName: string;
    readonly parameters?: JsonObject;
    readonly effect?: string;
    readonly policyType?: string;
  },
  condition: JsonObject,
): Bare {
  const { name, category, displayName, parameters = {}, effect, policyType = 'BuiltIn' } = of;
  const parts = [condition, { effect: effect ?? "[parameters('effect')]" }];
  return {
    name,
    properties: {
      displayName,
      description: `${displayName}.`,
      policyType,
      mode: 'Indexed',
      metadata: { version: '1.0.0', category },
      version: '1.0.0',
      parameters: effect === undefined ? { effect: effectParameter(), ...parameters } : parameters,
      policyRule: Object.fromEntries(['if', 'then'].map((part, index) => [part, parts[index]])),
    },
  };
}
