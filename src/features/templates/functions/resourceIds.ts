import { TemplateFault } from '../problem.ts';
import { idBelow, scopeId } from '../scope.ts';
import { type FunctionCall, type TemplateFunction, textArguments } from './function.ts';

/** Source: "Resource functions for ARM templates", `resourceId` and its siblings. */
export const resourceIdFunctions: Readonly<Record<string, TemplateFunction>> = {
  resourceId,
  subscriptionResourceId,
  tenantResourceId: (call) => idOf('', textArguments(call, 'tenantResourceId'), call.path),
  managementGroupResourceId,
  extensionResourceId: (call) => {
    const [base = '', ...rest] = textArguments(call, 'extensionResourceId');
    return idOf(base, rest, call.path);
  },
};

/** `[subscriptionId, [resourceGroup,]] type, name, …`: the type is the first argument with a slash. */
function resourceId(call: FunctionCall): string {
  const args = textArguments(call, 'resourceId');
  const at = args.findIndex((each) => each.includes('/'));
  const { scope } = call.frame;
  const here = scopeId(scope);
  if (at <= 0) return idOf(here, args, call.path);
  const [first = '', second = ''] = args;
  const own = 'subscriptionId' in scope ? scope.subscriptionId : '';
  const [subscription, group] =
    at === 2 ? [first, second] : isGuid(first) ? [first, undefined] : [own, first];
  const base = `/subscriptions/${subscription}${group === undefined ? '' : `/resourceGroups/${group}`}`;
  return idOf(base, args.slice(at), call.path);
}

function subscriptionResourceId(call: FunctionCall): string {
  const args = textArguments(call, 'subscriptionResourceId');
  const at = args.findIndex((each) => each.includes('/'));
  const { scope } = call.frame;
  const own = 'subscriptionId' in scope ? scope.subscriptionId : '';
  return idOf(`/subscriptions/${at > 0 ? args[0] : own}`, args.slice(Math.max(at, 0)), call.path);
}

function managementGroupResourceId(call: FunctionCall): string {
  const args = textArguments(call, 'managementGroupResourceId');
  const at = args.findIndex((each) => each.includes('/'));
  const group = at > 0 ? args[0] : undefined;
  const base = group
    ? `/providers/Microsoft.Management/managementGroups/${group}`
    : scopeId(call.frame.scope);
  return idOf(base, args.slice(Math.max(at, 0)), call.path);
}

function idOf(base: string, [type = '', ...names]: readonly string[], path: string): string {
  const wanted = type.split('/').length - 1;
  const given = names.join('/').split('/').length;
  if (names.length === 0 || wanted !== given)
    throw new TemplateFault(path, `the type ${type} needs ${wanted} names, ${names.length} are given`);
  return idBelow(base, type, names.join('/'));
}

function isGuid(text: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
}
