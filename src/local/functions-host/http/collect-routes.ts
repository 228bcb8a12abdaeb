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
        const declaration = declarationOf(hostFunction);
        if (/^\/?admin/i.test(declaration.route))
          throw new Error('its route conflicts with a built-in route');
        return [createRoute(prefix, declaration)];
      } catch (error) {
        problems.push(`Function '${hostFunction.name}': ${errorMessage(error)}.`);
        return [];
      }
    });
  problems.push(...conflictsOf(routes));
  return orderRoutes(routes);
}

// Azure's host refuses these too: ScriptHost.ValidateHttpFunction.
function conflictsOf(routes: readonly Route<HttpTarget>[]): string[] {
  return routes.flatMap((route, index) =>
    routes
      .slice(0, index)
      .filter((other) => other.template.text.toLowerCase() === route.template.text.toLowerCase())
      .filter((other) => other.methods.some((method) => route.methods.includes(method)))
      .map(
        (other) => `Function '${route.functionName}': its route is that of function '${other.functionName}'.`,
      ),
  );
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
