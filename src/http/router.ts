import { Failure } from '#platform/failure.ts';
import type { Route } from './route.ts';

type Pattern = {
  readonly route: Route;
  readonly matcher: RegExp;
  readonly names: readonly string[];
  readonly rank: number;
};

export type Match = { readonly route: Route; readonly params: Readonly<Record<string, string>> };

/** Finds the route of a request: literal segments win over parameters, parameters over the rest of the path. */
export class Router {
  readonly #patterns: readonly Pattern[];

  constructor(routes: readonly Route[]) {
    this.#patterns = routes.map(compile).sort((a, b) => b.rank - a.rank);
  }

  /** @throws Failure `notFound` or `methodNotAllowed` */
  match(method: string, pathname: string): Match {
    const found = this.#patterns.flatMap((pattern) => {
      const match = pattern.matcher.exec(pathname);
      return match ? [{ pattern, match }] : [];
    });
    if (found.length === 0) {
      throw new Failure('notFound', `there is nothing at ${pathname}`, {
        next: 'see GET /api/v1/openapi.json for every route',
      });
    }
    const hit = found.find(({ pattern }) => pattern.route.method === method);
    if (!hit) {
      const allowed = [...new Set(found.map(({ pattern }) => pattern.route.method))].sort().join(', ');
      throw new Failure('methodNotAllowed', `${method} is not possible here`, { next: `use ${allowed}` });
    }
    const params = hit.pattern.names.map(
      (name, index) => [name, decode(hit.match[index + 1] ?? '')] as const,
    );
    return { route: hit.pattern.route, params: Object.fromEntries(params) };
  }
}

function compile(route: Route): Pattern {
  const names: string[] = [];
  let rank = 0;
  const parts = route.path
    .split('/')
    .slice(1)
    .map((part) => {
      const parameter = /^\{(\w+)(\+?)\}$/.exec(part);
      if (!parameter?.[1]) {
        rank += 100;
        return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      }
      names.push(parameter[1]);
      rank += parameter[2] ? 1 : 10;
      return parameter[2] ? '+(.+?)' : '([^/]+)';
    });
  return { route, names, rank, matcher: new RegExp(`^/${parts.join('/')}/?$`, 'i') };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Failure('invalid', 'the path is not valid percent-encoding', {
      problems: [{ field: 'path', reason: 'malformed percent-encoding', fix: 'encode % as %25' }],
    });
  }
}
