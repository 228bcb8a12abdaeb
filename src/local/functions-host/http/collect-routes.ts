import { type HostFunction, isTriggeredBy } from '../functions.ts';
import type { AuthLevel } from '../keys.ts';
import { errorMessage } from '../log.ts';
import { textOr } from '../text.ts';
import type { HttpTarget } from './function-route.ts';
import { createRoute, orderRoutes, type Route } from './routes.ts';

/** The routes of the HTTP functions; a template that is wrong adds a line to `problems`. */
export function collectRoutes(
  functions: readonly HostFunction[],
  prefix: string,
  problems: string[],
): readonly Route<HttpTarget>[] {
  const routes = functions
    .filter((one) => isTriggeredBy(one, 'httptrigger'))
    .flatMap((hostFunction) => {
      try {
        return [createRoute(prefix, declarationOf(hostFunction))];
      } catch (error) {
        problems.push(`Function '${hostFunction.name}': ${errorMessage(error)}.`);
        return [];
      }
    });
  return orderRoutes(routes);
}

function declarationOf(hostFunction: HostFunction) {
  const { trigger, name } = hostFunction;
  const methods = Array.isArray(trigger.methods) ? trigger.methods.map(String) : [];
  return {
    functionName: name,
    route: textOr(trigger.route, '') || name,
    methods,
    target: { hostFunction, authLevel: authLevelOf(trigger.authLevel) },
  };
}

function authLevelOf(value: unknown): AuthLevel {
  const level = textOr(value, 'anonymous').toLowerCase();
  return level === 'admin' || level === 'anonymous' ? level : 'function';
}
