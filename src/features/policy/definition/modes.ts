import { nearest } from '../text/nearest.ts';

/** How resources are chosen for a policy. */
export type Mode =
  | { readonly kind: 'all' }
  | { readonly kind: 'indexed' }
  /** Evaluated by a resource provider (a cluster, a vault), not from ARM documents. */
  | { readonly kind: 'dataPlane'; readonly name: string };

/** Resource provider modes that Microsoft documents or uses in built-in definitions. */
const providerModes = [
  'Microsoft.CognitiveServices.Data',
  'Microsoft.ContainerService.Data',
  'Microsoft.DataFactory.Data',
  'Microsoft.KeyVault.Data',
  'Microsoft.Kubernetes.Data',
  'Microsoft.LoadTestService.Data',
  'Microsoft.MachineLearningServices.Data',
  'Microsoft.MachineLearningServices.v2.Data',
  'Microsoft.ManagedHSM.Data',
  'Microsoft.Network.Data',
];

const PROVIDER_MODE = /^[A-Za-z]\w*(?:\.\w+)+\.Data$/i;

/** A mode, or the nearest word to what was given. Absent and null mean Indexed ("definition structure basics"). */
export function parseMode(
  value: unknown,
): { readonly mode: Mode } | { readonly nearest: string | undefined } {
  if (value === undefined || value === null) return { mode: { kind: 'indexed' } };
  if (typeof value !== 'string') return { nearest: undefined };
  const lower = value.toLowerCase();
  if (lower === 'all') return { mode: { kind: 'all' } };
  if (lower === 'indexed') return { mode: { kind: 'indexed' } };
  if (PROVIDER_MODE.test(value)) return { mode: { kind: 'dataPlane', name: value } };
  return { nearest: nearest(value, ['All', 'Indexed', ...providerModes]) };
}
