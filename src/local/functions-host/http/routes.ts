import { matchTemplate, type RouteValues } from './route-match.ts';
import { comparePrecedence } from './route-precedence.ts';
import { parseTemplate, type RouteTemplate } from './route-template.ts';

export type Route<Target> = {
  readonly functionName: string;
  /** Upper case. */
  readonly methods: readonly string[];
  readonly template: RouteTemplate;
  readonly target: Target;
};

export type RouteMatch<Target> =
  | {
      readonly kind: 'found';
      readonly route: Route<Target>;
      readonly values: RouteValues;
      /** The function that Azure's host picks where it differs: it takes the first match in the order of names. */
      readonly azurePicks?: string;
    }
  | { readonly kind: 'notAllowed'; readonly allow: readonly string[] }
  | { readonly kind: 'notFound' };

export type RouteDeclaration<Target> = {
  readonly functionName: string;
  readonly route: string;
  readonly methods: readonly string[];
  readonly target: Target;
};

/** Parses one route. @throws Error for a template that is wrong. */
export function createRoute<Target>(prefix: string, declaration: RouteDeclaration<Target>): Route<Target> {
  const { functionName, route, methods, target } = declaration;
  return {
    functionName,
    target,
    methods: withHead(methods.map((method) => method.toUpperCase())),
    template: parseTemplate(prefix === '' ? route : `${prefix}/${route.replace(/^\/+/, '')}`),
  };
}

/** The most specific first. */
export function orderRoutes<Target>(routes: readonly Route<Target>[]): readonly Route<Target>[] {
  return [...routes].sort(
    (left, right) =>
      comparePrecedence(left.template, right.template) || compareNames(left.functionName, right.functionName),
  );
}

/**
 * The route for a request. As in Azure's host, a function that takes GET takes HEAD too, HEAD on one that takes
 * neither is 405, and any other method that no matching route takes is 404.
 * https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script.WebHost/WebScriptHostHttpRoutesManager.cs
 */
export function findRoute<Target>(
  routes: readonly Route<Target>[],
  method: string,
  segments: readonly string[],
): RouteMatch<Target> {
  const matches = routes.flatMap((route) => {
    const values = matchTemplate(route.template, segments);
    return values ? [{ route, values }] : [];
  });
  const answering = matches.filter(({ route }) => route.methods.includes(method));
  const [best] = answering;
  if (best) {
    const [first] = answering.map(({ route }) => route.functionName).sort(compareNames);
    const azurePicks = first === best.route.functionName ? {} : { azurePicks: first ?? '' };
    return { kind: 'found', ...best, ...azurePicks };
  }
  const [other] = matches;
  return method === 'HEAD' && other
    ? { kind: 'notAllowed', allow: other.route.methods }
    : { kind: 'notFound' };
}

function withHead(methods: readonly string[]): readonly string[] {
  return methods.includes('GET') && !methods.includes('HEAD') ? [...methods, 'HEAD'] : methods;
}

function compareNames(left: string, right: string): number {
  const [a, b] = [left.toLowerCase(), right.toLowerCase()];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
