import { spend } from './budget.ts';
import { evaluateValue } from './expression.ts';
import type { Frame } from './frame.ts';
import { TemplateFault } from './problem.ts';
import {
  isValueArray,
  isValueObject,
  readProperty,
  readText,
  Unknown,
  type Value,
  type ValueObject,
} from './value.ts';

/** ARM's limit on the count of a loop. */
const MAX_COPIES = 800;

/** A `copy` element: name and number of its turns. @throws TemplateFault */
export function readLoop(copy: ValueObject, frame: Frame, path: string): { name: string; count: number } {
  const name = readText(copy, 'name');
  const source = readProperty(copy, 'count') ?? null;
  const count = evaluateValue(source, frame, `${path}.count`);
  if (count instanceof Unknown)
    throw new TemplateFault(`${path}.count`, `${count.text} is not known before the deployment`);
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > MAX_COPIES)
    throw new TemplateFault(`${path}.count`, `the count must be an integer from 0 to ${MAX_COPIES}`);
  return { name, count };
}

/** The frame of one turn; `copyIndex()` without a name means the innermost loop. */
export function inTurn(frame: Frame, name: string, index: number): Frame {
  const indexes = new Map(frame.indexes).set(name.toLowerCase(), index).set('', index);
  return { ...frame, indexes };
}

/**
 * A value with its property loops (`copy: [{name, count, input}]`) turned into arrays and its expressions evaluated.
 * Source: learn.microsoft.com, "Property iteration in ARM templates".
 */
export function evaluateWithLoops(source: Value, frame: Frame, path: string): Value {
  spend(frame.budget, 1, path);
  if (isValueArray(source)) return source.map((item, i) => evaluateWithLoops(item, frame, `${path}[${i}]`));
  if (!isValueObject(source)) return evaluateValue(source, frame, path);
  const loops = readProperty(source, 'copy');
  if (!isLoops(loops)) return plainObject(source, frame, path);
  const { copy: _copy, ...rest } = source;
  const looped = loops.map((loop, i) => {
    const at = `${path}.copy[${i}]`;
    const { name, count } = readLoop(loop, frame, at);
    const input = readProperty(loop, 'input') ?? null;
    const turns = Array.from({ length: count }, (_, index) =>
      evaluateWithLoops(input, inTurn(frame, name, index), `${at}.input`),
    );
    return [name, turns] as const;
  });
  return { ...(plainObject(rest, frame, path) as ValueObject), ...Object.fromEntries(looped) };
}

function plainObject(source: ValueObject, frame: Frame, path: string): Value {
  const entries = Object.entries(source).map(([key, item]): [string, Value] => {
    const name = evaluateValue(key, frame, path);
    return [typeof name === 'string' ? name : key, evaluateWithLoops(item, frame, `${path}.${key}`)];
  });
  return Object.fromEntries(entries);
}

function isLoops(value: Value | undefined): value is readonly ValueObject[] {
  return isValueArray(value) && value.every((each) => isValueObject(each) && 'input' in each);
}
