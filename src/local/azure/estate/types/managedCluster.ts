import type { Body, BuildContext, JsonObject, ResourceType, Slot } from '../model.ts';
import { subnetId, systemIdentity } from '../parts.ts';

export const managedCluster: ResourceType = {
  type: 'Microsoft.ContainerService/managedClusters',
  apiVersions: ['2025-01-01', '2024-09-01', '2024-05-01', '2023-11-01', '2023-08-01', '2022-11-01'],
  prefix: 'aks',
  maxNameLength: 63,
  embedded: { agentPools: 'agentPoolProfiles' },
  flatChildren: true,
  build: buildCluster,
};

function buildCluster(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const version = random.pick(['1.31.7', '1.30.9', '1.29.13', '1.28.15', '1.27.102']);
  const dns = `${slot.name}-dns-${random.hex(8)}`;
  const workspace = slot.one.workspace;
  const private_ = !lax(0.75);
  const pools = [pool('system', 'System', version), pool('user', 'User', version)].slice(0, random.int(1, 2));
  return {
    sku: { name: 'Base', tier: context.stamp.environment === 'prod' ? 'Standard' : 'Free' },
    identity: systemIdentity(context),
    properties: {
      provisioningState: 'Succeeded',
      powerState: { code: lax(0.08) ? 'Stopped' : 'Running' },
      kubernetesVersion: version,
      currentKubernetesVersion: version,
      dnsPrefix: dns,
      fqdn: `${dns}.hcp.${context.stamp.location}.azmk8s.io`,
      agentPoolProfiles: pools,
      servicePrincipalProfile: { clientId: 'msi' },
      addonProfiles: {
        azurepolicy: { enabled: !lax(0.5), config: null },
        azureKeyvaultSecretsProvider: {
          enabled: random.chance(0.5),
          config: { enableSecretRotation: 'true' },
        },
        omsagent: workspace && { enabled: true, config: { logAnalyticsWorkspaceResourceID: workspace.id } },
      },
      nodeResourceGroup: `MC_${context.stamp.group}_${slot.name}_${context.stamp.location}`.slice(0, 80),
      enableRBAC: !lax(0.06),
      supportPlan: 'KubernetesOfficial',
      networkProfile: {
        networkPlugin: random.pick(['azure', 'azure', 'kubenet']),
        networkPolicy: lax(0.4) ? 'none' : random.pick(['calico', 'azure', 'cilium']),
        loadBalancerSku: 'standard',
        podCidr: '10.244.0.0/16',
        serviceCidr: '10.0.0.0/16',
        dnsServiceIP: '10.0.0.10',
        outboundType: random.pick(['loadBalancer', 'userDefinedRouting']),
      },
      aadProfile: random.chance(0.7)
        ? {
            managed: true,
            adminGroupObjectIDs: [random.uuid()],
            enableAzureRBAC: random.chance(0.6),
            tenantID: context.tenantId,
          }
        : undefined,
      maxAgentPools: 100,
      apiServerAccessProfile: {
        enablePrivateCluster: private_,
        authorizedIPRanges: private_ || lax(0.7) ? undefined : ['203.0.113.0/24'],
      },
      autoUpgradeProfile: {
        upgradeChannel: random.pick(['none', 'patch', 'stable']),
        nodeOSUpgradeChannel: random.pick(['NodeImage', 'None']),
      },
      disableLocalAccounts: !lax(0.7),
      securityProfile: {
        defender:
          random.chance(0.4) && workspace
            ? { logAnalyticsWorkspaceResourceId: workspace.id, securityMonitoring: { enabled: true } }
            : undefined,
        workloadIdentity: { enabled: random.chance(0.5) },
        imageCleaner: { enabled: random.chance(0.3), intervalHours: 168 },
      },
      oidcIssuerProfile: { enabled: random.chance(0.6) },
      storageProfile: {
        diskCSIDriver: { enabled: true },
        fileCSIDriver: { enabled: true },
        snapshotController: { enabled: true },
      },
      resourceUID: random.hex(24),
    },
  };

  function pool(name: string, mode: string, orchestratorVersion: string): JsonObject {
    return {
      name,
      count: random.int(1, 8),
      vmSize: random.pick(['Standard_D4s_v5', 'Standard_D8s_v5', 'Standard_DS2_v2']),
      osDiskSizeGB: 128,
      osDiskType: random.pick(['Managed', 'Ephemeral']),
      vnetSubnetID: subnetId(slot.one.network, slot.facts.subnet),
      maxPods: 30,
      type: 'VirtualMachineScaleSets',
      enableAutoScaling: random.chance(0.6),
      provisioningState: 'Succeeded',
      powerState: { code: 'Running' },
      orchestratorVersion,
      currentOrchestratorVersion: orchestratorVersion,
      enableNodePublicIP: lax(0.05),
      mode,
      enableEncryptionAtHost: random.chance(0.3),
      osType: 'Linux',
      osSKU: random.pick(['Ubuntu', 'AzureLinux']),
      enableFIPS: false,
    };
  }
}
