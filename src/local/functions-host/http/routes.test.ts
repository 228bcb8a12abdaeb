import { expect, test } from 'vitest';
import { createRoute, findRoute, orderRoutes } from './routes.ts';

function routesOf(declarations: Readonly<Record<string, { route: string; methods?: readonly string[] }>>) {
  const routes = Object.entries(declarations).map(([functionName, { route, methods = ['GET'] }]) =>
    createRoute('api', { functionName, route, methods, target: undefined }),
  );
  return orderRoutes(routes);
}

function find(routes: ReturnType<typeof routesOf>, method: string, path: string) {
  const match = findRoute(routes, method, path.split('/'));
  return match.kind === 'found' ? match.route.functionName : match.kind;
}

test('the most specific route answers, whatever the order of names', () => {
  const routes = routesOf({
    all: { route: 'items/{*rest}' },
    any: { route: 'items/{id}' },
    guarded: { route: 'items/{*rest:length(1,30)}' },
    numbered: { route: 'items/{id:int}' },
    zLiteral: { route: 'items/recent' },
  });

  const found = ['items/recent', 'items/7', 'items/x', 'items/a/b', `items/${'a/'.repeat(30)}`].map((path) =>
    find(routes, 'GET', `api/${path}`),
  );

  expect(found).toEqual(['zLiteral', 'numbered', 'any', 'guarded', 'all']);
});

test('a later segment decides when the earlier ones are alike', () => {
  const routes = routesOf({ a: { route: '{x}/{y}' }, b: { route: '{x}/list' }, c: { route: 'x/{y}' } });

  const found = ['q/list', 'x/list', 'q/r'].map((path) => find(routes, 'GET', `api/${path}`));

  expect(found).toEqual(['b', 'c', 'a']);
});

test('a route that does not take the method leaves the request to one that does', () => {
  const routes = routesOf({
    read: { route: 'items/recent' },
    write: { route: 'items/{id}', methods: ['put'] },
  });

  const found = find(routes, 'PUT', 'api/items/recent');

  expect(found).toBe('write');
});

test('HEAD goes to GET functions, is 405 elsewhere, and other methods are 404, as in Azure', () => {
  const routes = routesOf({ read: { route: 'items' }, add: { route: 'orders', methods: ['POST', 'PUT'] } });

  const head = findRoute(routes, 'HEAD', ['api', 'orders']);

  expect(find(routes, 'HEAD', 'api/items')).toBe('read');
  expect(head).toEqual({ kind: 'notAllowed', allow: ['POST', 'PUT'] });
  expect(find(routes, 'DELETE', 'api/items')).toBe('notFound');
});

test('it says where Azure, which goes by name, would pick another function', () => {
  const routes = routesOf({ details: { route: 'items/{id}' }, list: { route: 'items/recent' } });

  const differs = findRoute(routes, 'GET', ['api', 'items', 'recent']);
  const agrees = findRoute(routes, 'GET', ['api', 'items', '7']);

  expect(differs).toMatchObject({ azurePicks: 'details' });
  expect(agrees).not.toHaveProperty('azurePicks');
});

test('an empty prefix puts routes at the root', () => {
  const route = createRoute('', { functionName: 'f', route: '/a/b', methods: ['GET'], target: undefined });

  const match = findRoute([route], 'GET', ['a', 'b']);

  expect(match.kind).toBe('found');
});
