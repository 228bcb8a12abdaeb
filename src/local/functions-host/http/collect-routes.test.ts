import { expect, test } from 'vitest';
import type { HostFunction } from '../functions.ts';
import { collectRoutes } from './collect-routes.ts';

function http(name: string, trigger: Record<string, unknown>): HostFunction {
  const binding = {
    name: 'req',
    type: 'httpTrigger',
    direction: 'in',
    methods: ['GET'],
    ...trigger,
  } as const;
  const registered = { metadata: { name, bindings: { req: binding } }, callback: () => undefined };
  return { name, trigger: binding, outputs: [], isDisabled: false, retry: undefined, registered };
}

test('the name is the route where none is given', () => {
  const problems: string[] = [];

  const routes = collectRoutes([http('ping', {})], 'api', problems);

  expect(routes.map(({ template }) => template.text)).toEqual(['api/ping']);
  expect(problems).toEqual([]);
});

test('routes that are wrong, reserved or taken are named, each by its function', () => {
  const problems: string[] = [];

  collectRoutes(
    [
      http('a', { route: 'items/{id}' }),
      http('b', { route: 'ITEMS/{ID}', methods: ['POST', 'GET'] }),
      http('c', { route: 'items/{id}', methods: ['DELETE'] }),
      http('d', { route: 'admin/x' }),
      http('e', { route: '{x' }),
    ],
    '',
    problems,
  );

  expect(problems).toEqual([
    "Function 'd': its route conflicts with a built-in route.",
    "Function 'e': the route '{x' has an unclosed '{'.",
    "Function 'b': its route is that of function 'a'.",
  ]);
});
