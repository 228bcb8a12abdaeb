import type { DefaultAzureCredential } from '@azure/identity';

/** What the SDK clients take as a credential. */
export type AzureCredential = Pick<DefaultAzureCredential, 'getToken'>;

/**
 * Managed identity in Azure, `az login` on a developer's machine. Loaded at the first token,
 * since the identity library is the heaviest of all and emulators need none.
 */
export function azureCredential(managedIdentityClientId: string | undefined): AzureCredential {
  let loading: Promise<AzureCredential> | undefined;

  async function load(): Promise<AzureCredential> {
    const { DefaultAzureCredential } = await import('@azure/identity');
    return new DefaultAzureCredential(managedIdentityClientId ? { managedIdentityClientId } : {});
  }

  return {
    getToken: async (scopes, options) => {
      loading ??= load();
      return (await loading).getToken(scopes, options);
    },
  };
}
