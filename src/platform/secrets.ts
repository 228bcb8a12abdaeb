import type { SecretClient } from '@azure/keyvault-secrets';
import type { AzureCredential } from './credential.ts';
import { Failure } from './failure.ts';

/** A place for secrets. Names are letters, digits and dashes, at most 127. Values are never logged. */
export type Secrets = {
  /** The value, or undefined where there is none. */
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  /** Does nothing where there is none. */
  delete(name: string): Promise<void>;
};

/** Secrets in a Key Vault, with managed identity; its role there is Key Vault Secrets Officer. */
export function keyVaultSecrets(vaultUrl: string, credential: AzureCredential): Secrets {
  let loading: Promise<SecretClient> | undefined;

  function client(): Promise<SecretClient> {
    loading ??= import('@azure/keyvault-secrets').then(
      ({ SecretClient }) => new SecretClient(vaultUrl, credential),
    );
    return loading;
  }

  return {
    get: (name) =>
      orUndefined(async () => {
        const { value } = await (await client()).getSecret(name);
        return value;
      }),
    set: async (name, value) => {
      await (await client()).setSecret(name, value);
    },
    delete: async (name) => {
      await orUndefined(async () => (await client()).beginDeleteSecret(name));
    },
  };
}

/** Stands where no place for secrets is configured: whatever needs one fails, and nothing else. */
export const noSecrets: Secrets = {
  get: refuse,
  set: refuse,
  delete: refuse,
};

function refuse(): Promise<never> {
  return Promise.reject(
    new Failure('unavailable', 'no place for secrets is configured', { next: 'set KEY_VAULT_URL' }),
  );
}

async function orUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}
