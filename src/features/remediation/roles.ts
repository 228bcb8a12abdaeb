import { AzureError } from '#platform/azureClient.ts';

/** Built-in roles that definitions ask for most, by GUID. Source: "Azure built-in roles". */
const NAMES: Readonly<Record<string, string>> = {
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635': 'Owner',
  'b24988ac-6180-42a0-ab88-20f7382dd24c': 'Contributor',
  '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9': 'User Access Administrator',
  '4a9ae827-6dc8-4573-8ac7-8239d42aa03f': 'Tag Contributor',
  '17d1049b-9a84-46fb-8f53-869881c3d3ab': 'Storage Account Contributor',
  '92aaf0da-9dab-42b6-94a3-d43ce8d16293': 'Log Analytics Contributor',
  '749f88d5-cbae-40b8-bcfc-e573ddc772fa': 'Monitoring Contributor',
  '4d97b98b-1d4f-4787-a291-c67834d212e7': 'Network Contributor',
  '9980e02c-c2be-4d73-94e8-173b1dc7cf3c': 'Virtual Machine Contributor',
  'fb1c8493-542b-48eb-b624-b4c8fea62acd': 'Security Admin',
  '056cd41c-7e88-42e1-933e-88ba6a50c9c3': 'SQL Security Manager',
  'de139f84-1756-47ae-9be6-808fbbe84772': 'Website Contributor',
};

/** A role definition's id as people call the role; the GUID where it is not a well-known one. */
export function roleName(id: string): string {
  const guid = id.split('/').at(-1)?.toLowerCase() ?? '';
  return NAMES[guid] ?? guid;
}

/** Azure's words, and what would make the write possible: the roles that lack, the lock, the other writer. */
export function explainRefusal(error: AzureError, roleIds: readonly string[], scope: string): string {
  if (error.kind === 'refused') {
    const roles = roleIds.map(roleName).join(', ');
    return `${error.message} The identity AZURE_WRITER_CLIENT_ID needs ${roles} there: az role assignment create --assignee-object-id WRITER --role "${roleIds.map(roleName)[0] ?? 'Contributor'}" --scope ${scope}`;
  }
  if (/ScopeLocked/.test(error.message))
    return `${error.message} A lock forbids the write: whoever set it must remove it (az lock list --resource ${scope}).`;
  if (error.status === 412) return `${error.message} Somebody else wrote at the same time: plan again.`;
  return error.message;
}

/** Whether the same request may succeed later. */
export function isTransient(error: unknown): boolean {
  return error instanceof AzureError && (error.kind === 'throttled' || error.kind === 'unavailable');
}
