import { type AppSettings, isDisabled } from './app-settings.ts';
import type { CoreApp, RegisteredFunction } from './core/app.ts';
import type { Binding, RetryOptions } from './core/types.ts';

export type NamedBinding = Binding & { readonly name: string };

/** A function of the app as the host sees it. */
export type HostFunction = {
  readonly name: string;
  readonly trigger: NamedBinding;
  readonly outputs: readonly NamedBinding[];
  readonly isDisabled: boolean;
  readonly retry: RetryOptions | undefined;
  readonly registered: RegisteredFunction;
};

/** The triggers this host runs, in lower case. */
export const triggerTypes = [
  'httptrigger',
  'timertrigger',
  'servicebustrigger',
  'eventhubtrigger',
  'eventgridtrigger',
] as const;
export type TriggerType = (typeof triggerTypes)[number];

// https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script/Utility.cs
const validName = /^(?!host$)[a-z][\w-]{0,127}$/i;

/** The app's functions in the order of their names, and one line for each binding that this host cannot serve. */
export function readFunctions(
  app: CoreApp,
  settings: AppSettings,
  outputTypes: ReadonlySet<string>,
): { readonly functions: readonly HostFunction[]; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const functions = [...app.functions.values()].flatMap((registered) => {
    const bindings = Object.entries(registered.metadata.bindings).map(([name, binding]) => ({
      ...binding,
      name,
    }));
    const trigger = bindings.find(isTrigger);
    if (!trigger) problems.push(`Function '${registered.metadata.name}' has no trigger.`);
    if (!validName.test(registered.metadata.name)) {
      problems.push(`'${registered.metadata.name}' is not a valid function name.`);
    }
    if (!trigger) return [];
    const hostFunction = toHostFunction(registered, bindings, { trigger, settings });
    if (!hostFunction.isDisabled) problems.push(...problemsOf(hostFunction.name, bindings, outputTypes));
    return [hostFunction];
  });
  functions.sort((left, right) => (left.name.toLowerCase() < right.name.toLowerCase() ? -1 : 1));
  return { functions, problems };
}

export function isTriggeredBy(hostFunction: HostFunction, type: TriggerType): boolean {
  return hostFunction.trigger.type.toLowerCase() === type;
}

function toHostFunction(
  registered: RegisteredFunction,
  bindings: readonly NamedBinding[],
  parts: { readonly trigger: NamedBinding; readonly settings: AppSettings },
): HostFunction {
  const { name, retryOptions } = registered.metadata;
  return {
    name,
    trigger: parts.trigger,
    outputs: bindings.filter((binding) => binding.direction === 'out'),
    isDisabled: isDisabled(name, parts.settings),
    retry: retryOptions,
    registered,
  };
}

function problemsOf(
  name: string,
  bindings: readonly NamedBinding[],
  outputTypes: ReadonlySet<string>,
): string[] {
  return bindings.flatMap((binding) => {
    const type = binding.type.toLowerCase();
    if (isTrigger(binding)) return triggerProblems(name, binding);
    if (binding.direction === 'out' && outputTypes.has(type)) return [];
    const kind = binding.direction === 'out' ? 'output' : 'input';
    return [unsupported(name, binding, kind)];
  });
}

function triggerProblems(name: string, binding: NamedBinding): string[] {
  if (!triggerTypes.some((type) => type === binding.type.toLowerCase())) {
    return [unsupported(name, binding, 'trigger')];
  }
  return binding.sdkBinding === true
    ? [`Function '${name}': the local host does not support sdkBinding (binding '${binding.name}').`]
    : [];
}

function unsupported(name: string, binding: NamedBinding, kind: string): string {
  return `Function '${name}': the local host does not support the ${kind} binding type '${binding.type}' (binding '${binding.name}'); set AzureWebJobs.${name}.Disabled=true to leave the function out.`;
}

function isTrigger(binding: Binding): boolean {
  return binding.type.toLowerCase().endsWith('trigger');
}
