import type { JsonObject } from '#features/policy/index.ts';
import { evaluateWithLoops } from './copy.ts';
import { evaluateValue } from './expression.ts';
import type { Frame, NestedDeployment } from './frame.ts';
import { openFrame } from './frames.ts';
import type { GivenParameters } from './parameters.ts';
import { type Place, word } from './place.ts';
import { attempt, TemplateFault } from './problem.ts';
import { type DeploymentScope, type Surroundings, scopeId } from './scope.ts';
import { isValueObject, readProperty, readText, Unknown, type Value, type ValueObject } from './value.ts';

/** Deeper than any template that Resource Manager accepts. */
const MAX_DEPTH = 10;

type Named = Place & { readonly name: string };

/**
 * A nested deployment, opened when its resources or outputs are first asked for. With scope `inner` its expressions
 * see its own parameters and variables, else (Resource Manager's default) those of the template around.
 * Source: learn.microsoft.com, "Using linked and nested templates when deploying Azure resources".
 */
export function nestedDeployment(resource: ValueObject, frame: Frame, place: Named): NestedDeployment {
  let opened: ReturnType<NestedDeployment['open']> | undefined;
  let outputs: Value | undefined;
  const scope = () => targetScope(resource, frame, place.path);
  const open = () => {
    opened ??= openNested(resource, frame, place);
    return opened;
  };
  return {
    scope,
    open,
    outputs: () => {
      if (outputs !== undefined) return outputs;
      outputs = new Unknown('[outputs that depend on themselves]');
      outputs = outputsOf(open().template, open().frame, place.path);
      return outputs;
    },
  };
}

function openNested(resource: ValueObject, frame: Frame, place: Named): ReturnType<NestedDeployment['open']> {
  const { path } = place;
  const properties = readProperty(resource, 'properties');
  const template = isValueObject(properties) ? readProperty(properties, 'template') : undefined;
  if (!isValueObject(properties) || !isValueObject(template))
    throw new TemplateFault(
      `${path}.properties`,
      'a linked template cannot be followed: nest its content as properties.template',
    );
  if (path.split('.template').length > MAX_DEPTH)
    throw new TemplateFault(path, `deployments are nested deeper than ${MAX_DEPTH} levels`);
  const scope = targetScope(resource, frame, path);
  const inner = innerFrame(properties, template, { frame, place, scope });
  return { template, resources: readProperty(template, 'resources') ?? [], frame: inner };
}

/** `{name: {value}}`, as `reference()` gives them; one that cannot be told is unknown. */
function outputsOf(template: ValueObject, frame: Frame, path: string): Value {
  const declared = readProperty(template, 'outputs');
  const entries = Object.entries(isValueObject(declared) ? declared : {}).map(([name, output]) => {
    const source = isValueObject(output) ? (readProperty(output, 'value') ?? null) : null;
    const at = `${path}.properties.template.outputs.${name}`;
    const value = attempt([], at, () => evaluateWithLoops(source, frame, at));
    return [name, { value: value === undefined ? new Unknown(`[output ${name}]`) : value }] as const;
  });
  return Object.fromEntries(entries);
}

function innerFrame(
  properties: ValueObject,
  template: ValueObject,
  { frame, place, scope }: { frame: Frame; place: Place & { readonly name: string }; scope: DeploymentScope },
): Frame {
  const options = readProperty(properties, 'expressionEvaluationOptions');
  const kind = isValueObject(options) ? readText(options, 'scope') : '';
  if (kind.toLowerCase() !== 'inner') return { ...frame, scope };
  const given = readProperty(properties, 'parameters');
  const parameters = evaluateValue(
    given ?? {},
    frame,
    `${place.path}.properties.parameters`,
  ) as GivenParameters;
  const surroundings = surroundingsIn(scope, frame);
  const input = { ...frame, template: template as JsonObject, parameters, scope, surroundings };
  return openFrame({ ...input, deploymentName: place.name }, place.collected.problems);
}

/** What is known of the group and subscription around says nothing of others. */
function surroundingsIn(scope: DeploymentScope, { scope: around, surroundings }: Frame): Surroundings {
  const { tenant, subscription, resourceGroup } = surroundings;
  const own = 'subscriptionId' in around ? around.subscriptionId.toLowerCase() : '';
  const sameSubscription = 'subscriptionId' in scope && scope.subscriptionId.toLowerCase() === own;
  const sameGroup = scopeId(scope).toLowerCase() === scopeId(around).toLowerCase();
  return {
    ...(tenant && { tenant }),
    ...(sameSubscription && subscription && { subscription }),
    ...(sameGroup && resourceGroup && { resourceGroup }),
  };
}

/** `subscriptionId`, `resourceGroup` and `scope` of the deployment resource move it elsewhere. */
function targetScope(resource: ValueObject, frame: Frame, path: string): DeploymentScope {
  const has = (key: string) => readProperty(resource, key) !== undefined;
  const at = { frame, path };
  if (has('scope')) return parseScope(word(resource, 'scope', at), path);
  const own = 'subscriptionId' in frame.scope ? frame.scope.subscriptionId : '';
  const subscriptionId = has('subscriptionId') ? word(resource, 'subscriptionId', at) : own;
  if (has('resourceGroup'))
    return { kind: 'resourceGroup', subscriptionId, resourceGroup: word(resource, 'resourceGroup', at) };
  return has('subscriptionId') ? { kind: 'subscription', subscriptionId } : frame.scope;
}

function parseScope(scope: string, path: string): DeploymentScope {
  if (scope === '/') return { kind: 'tenant' };
  const group = /managementGroups\/([^/]+)$/i.exec(scope)?.[1];
  if (group) return { kind: 'managementGroup', managementGroup: group };
  const [, subscriptionId, resourceGroup] =
    /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?$/i.exec(scope) ?? [];
  if (!subscriptionId) throw new TemplateFault(`${path}.scope`, `${scope} is not a scope of deployments`);
  return resourceGroup
    ? { kind: 'resourceGroup', subscriptionId, resourceGroup }
    : { kind: 'subscription', subscriptionId };
}
