import type { Resource } from '../estate/model.ts';
import type { Change } from '../state/change.ts';
import type { Estate } from '../state/estate.ts';

/** The resources whose security a change concerns: rules of a security group expose the machines beside it. */
export function affectedBy(estate: Estate, { target }: Change): Resource[] {
  const resource = estate.get(target);
  if (!resource) return [];
  if (resource.type.toLowerCase() !== 'microsoft.network/networksecuritygroups') return [resource];
  const [, , subscription = '', , group = ''] = target.split('/');
  const rows = estate.rows(estate.subscription(subscription)?.id ?? '', group.toLowerCase());
  return rows.map((row) => row.resource).filter(({ type }) => /\/virtualMachines$/i.test(type));
}
