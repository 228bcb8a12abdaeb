import type { HostFunction } from '../functions.ts';
import { textOr } from '../text.ts';

/** A function as `GET /admin/functions` lists it. */
export function describeFunction(target: HostFunction, origin: string, routePrefix: string) {
  const bindings = Object.entries(target.registered.metadata.bindings).map(([name, binding]) => ({
    ...binding,
    name,
  }));
  return {
    name: target.name,
    href: `${origin}/admin/functions/${target.name}`,
    language: 'node',
    isDisabled: target.isDisabled,
    isDirect: target.trigger.type === 'httpTrigger',
    config: { name: target.name, bindings, disabled: target.isDisabled },
    invoke_url_template: invokeUrl(target, origin, routePrefix),
  };
}

function invokeUrl(target: HostFunction, origin: string, routePrefix: string): string | null {
  if (target.trigger.type.toLowerCase() !== 'httptrigger') return null;
  const route = (textOr(target.trigger.route, '') || target.name).replace(/^\/+/, '');
  return [origin, routePrefix, route]
    .filter((part) => part !== '')
    .join('/')
    .toLowerCase();
}
