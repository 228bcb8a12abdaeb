import type { TypedData } from '../core/types.ts';
import type { HostFunction, NamedBinding } from '../functions.ts';

/** A kind of output binding; adding one is one file and one line in outputs.ts. */
export type OutputKind = {
  /** Lower case. */
  readonly type: string;
  /** What is wrong with the binding's settings, or undefined. */
  check(binding: NamedBinding): string | undefined;
  /** Writes one value; rejects when it cannot be written, which fails the invocation. */
  write(binding: NamedBinding, data: TypedData, target: HostFunction): Promise<void>;
  close(): Promise<void>;
};

/** The items of a value: those of a JSON array, else the value itself, parsed where it is JSON. */
export function itemsOf(data: TypedData): readonly unknown[] {
  const value = data.json === undefined ? plainValue(data) : (JSON.parse(data.json) as unknown);
  return Array.isArray(value) ? value : [value];
}

function plainValue({ string, bytes, int, double }: TypedData): unknown {
  return string ?? bytes ?? int ?? double;
}
