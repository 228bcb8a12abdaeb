import { parseResourceId } from '#features/inventory/index.ts';
import type { Json, JsonObject } from '#features/policy/index.ts';
import { isObject, textOf } from './mergePatch.ts';

export type DeploymentOf = {
  readonly subscription_id: string;
  readonly resource_group_name: string | null;
  readonly location: string | null;
  readonly template: JsonObject;
  /** `{name: {value}}`, with the policy's expressions evaluated for the resource. */
  readonly parameters: JsonObject;
};

/**
 * The deployment that a deployIfNotExists effect makes for a resource, from its evaluated details; a text says why
 * there is none. It goes to the group of the resource unless `resourceGroupName` or `deploymentScope` say otherwise.
 * Source: "deployIfNotExists effect", "DeployIfNotExists properties".
 */
export function deploymentOf(details: Json, document: JsonObject): DeploymentOf | string {
  const deployment = read(details, 'deployment');
  const properties = read(deployment, 'properties');
  const template = read(properties, 'template');
  if (!isObject(template)) return 'the policy has no details.deployment.properties.template';
  if (textOf(read(properties, 'mode'), 'incremental').toLowerCase() !== 'incremental')
    return 'the policy asks for a complete deployment, which deletes what the template does not name';
  const { subscriptionId, resourceGroup } = parseResourceId(textOf(document.id));
  if (subscriptionId === undefined) return 'the resource lies in no subscription';
  const scope = textOf(read(details, 'deploymentScope'), 'resourceGroup').toLowerCase();
  const named = read(details, 'resourceGroupName');
  const group = typeof named === 'string' && named !== '' ? named : resourceGroup;
  const location = read(deployment, 'location');
  const parameters = read(properties, 'parameters');
  if (scope !== 'subscription' && group === undefined) return 'the resource lies in no resource group';
  if (scope === 'subscription' && typeof location !== 'string')
    return 'a deployment to the subscription needs details.deployment.location';
  return {
    subscription_id: subscriptionId,
    resource_group_name: scope === 'subscription' ? null : (group ?? null),
    location: scope === 'subscription' ? textOf(location) : null,
    template,
    parameters: isObject(parameters) ? parameters : {},
  };
}

/** A value by its name in any casing. */
function read(value: unknown, name: string): Json | undefined {
  if (!isObject(value)) return undefined;
  const key = Object.keys(value).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : value[key];
}
