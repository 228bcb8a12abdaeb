import { AzFuncSystemError } from './errors.ts';

/** An object whose `fixed` properties cannot be replaced and whose `open` ones can. */
export function readOnlyContext<Fixed extends object, Open extends object>(
  fixed: Fixed,
  open: Open,
): Readonly<Fixed> & Open {
  const context: object = { ...open };
  for (const [name, value] of Object.entries(fixed)) {
    Object.defineProperty(context, name, {
      enumerable: true,
      get: () => value,
      set: () => {
        throw new AzFuncSystemError(`Cannot assign to read only property '${name}'`);
      },
    });
  }
  return context as Readonly<Fixed> & Open;
}
