import type { AppSettings } from '../app-settings.ts';
import type { InvocationResult } from '../core/invoke.ts';
import { type HostFunction, isTriggeredBy } from '../functions.ts';
import type { OutputWriter } from '../invoker.ts';
import type { OutputKind } from './output.ts';
import { createServiceBusOutput } from './service-bus-output.ts';
import { createTableOutput } from './table-output.ts';

export type Outputs = {
  /** The binding types that can be written, in lower case. */
  readonly types: ReadonlySet<string>;
  /** One line for each output binding whose settings are wrong. */
  check(functions: readonly HostFunction[]): readonly string[];
  readonly write: OutputWriter;
  close(): Promise<void>;
};

export function createOutputs(settings: AppSettings): Outputs {
  const kinds = [createServiceBusOutput(settings), createTableOutput(settings)];
  const byType = new Map<string, OutputKind>(kinds.map((kind) => [kind.type, kind]));
  return {
    // The listener itself writes the HTTP output.
    types: new Set(['http', ...byType.keys()]),
    check: (functions) =>
      functions.flatMap(({ name, outputs }) =>
        outputs.flatMap((binding) => {
          const problem = byType.get(binding.type.toLowerCase())?.check(binding);
          return problem ? [`Function '${name}': ${problem} (binding '${binding.name}').`] : [];
        }),
      ),
    write: async (target, result) => {
      for (const binding of target.outputs) {
        const data = valueFor(target, binding.name, result);
        if (data) await byType.get(binding.type.toLowerCase())?.write(binding, data, target);
      }
    },
    close: async () => {
      for (const kind of kinds) await kind.close();
    },
  };
}

function valueFor(target: HostFunction, name: string, { response }: InvocationResult) {
  if (name !== '$return') return response.outputData?.find((output) => output.name === name)?.data;
  const isHttp = isTriggeredBy(target, 'httptrigger') && response.returnValue?.http !== undefined;
  return isHttp ? undefined : response.returnValue;
}
