import type { Body, BuildContext, ResourceType, Slot } from '../model.ts';
import { identityOf, publicIp } from '../parts.ts';
import { domain } from '../people.ts';

export const apiManagement: ResourceType = {
  type: 'Microsoft.ApiManagement/service',
  apiVersions: ['2024-05-01', '2023-09-01-preview', '2023-05-01-preview', '2022-08-01', '2021-08-01'],
  prefix: 'apim',
  naming: 'global',
  maxNameLength: 50,
  displayLocation: true,
  build: buildService,
};

function buildService(slot: Slot, context: BuildContext): Body {
  const { random, lax } = context;
  const legacy = 'Microsoft.WindowsAzure.ApiManagement.Gateway';
  return {
    sku: random.pick([
      { name: 'Developer', capacity: 1 },
      { name: 'Basic', capacity: 1 },
      { name: 'Standard', capacity: 1 },
      { name: 'Premium', capacity: 2 },
    ]),
    identity: identityOf(slot, context, 0.5),
    properties: {
      publisherEmail: `api@${domain}`,
      publisherName: 'Contoso',
      notificationSenderEmail: 'apimgmt-noreply@mail.windowsazure.com',
      provisioningState: 'Succeeded',
      targetProvisioningState: '',
      createdAtUtc: context.past(),
      gatewayUrl: `https://${slot.name}.azure-api.net`,
      portalUrl: `https://${slot.name}.portal.azure-api.net`,
      managementApiUrl: `https://${slot.name}.management.azure-api.net`,
      hostnameConfigurations: [
        {
          type: 'Proxy',
          hostName: `${slot.name}.azure-api.net`,
          negotiateClientCertificate: false,
          defaultSslBinding: true,
          certificateSource: 'BuiltIn',
        },
      ],
      publicIPAddresses: [publicIp(context)],
      customProperties: {
        [`${legacy}.Security.Protocols.Tls10`]: lax(0.2) ? 'True' : 'False',
        [`${legacy}.Security.Protocols.Tls11`]: lax(0.2) ? 'True' : 'False',
        [`${legacy}.Protocols.Server.Http2`]: 'False',
      },
      virtualNetworkType: random.pick(['None', 'None', 'External', 'Internal']),
      apiVersionConstraint: { minApiVersion: lax(0.5) ? null : '2021-08-01' },
      publicNetworkAccess: 'Enabled',
      disableGateway: false,
      natGatewayState: 'Disabled',
      platformVersion: 'stv2.1',
      developerPortalStatus: 'Enabled',
    },
  };
}
