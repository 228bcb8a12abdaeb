import { known, NotKnown, type Value } from '../value.ts';
import type { FunctionCall, TemplateFunction } from './function.ts';

/** Functions that ask for what exists only while or after the deployment runs. */
export const runtimeFunctions: Readonly<Record<string, TemplateFunction>> = {
  reference,
  references: () => unknown('the state of resources'),
  resourceInfo: () => unknown('a resource by its symbolic name'),
  'list*': () => unknown('keys or other secrets'),
  providers: () => unknown('what the resource provider offers'),
  pickZones: () => unknown('the zones of a region'),
  getSecret: () => unknown('a secret'),
  deployer: () => unknown('who deploys'),
};

/** Of a nested deployment the outputs may be known; of a resource, the state is not. */
function reference(call: FunctionCall): Value {
  const [first] = call.args;
  const name = first && known(call.evaluate(first));
  const nested = typeof name === 'string' ? call.frame.deployments.get(name.toLowerCase()) : undefined;
  if (!nested) return unknown('the state of a resource');
  return { outputs: nested.outputs(), provisioningState: 'Succeeded' };
}

function unknown(what: string): never {
  throw new NotKnown(what);
}
