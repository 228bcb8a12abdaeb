import type { JsonObject } from '#features/policy/index.ts';
import { evaluateValue } from './expression.ts';
import type { Frame } from './frame.ts';
import { TemplateFault, type TemplateProblem } from './problem.ts';
import { readProperty, Unknown, type ValueObject } from './value.ts';

/** A resource that the deployment would write, as Resource Manager would be told. */
export type ExpandedResource = {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly apiVersion: string;
  /** The ARM document: id, name, type, location, tags, properties … */
  readonly document: JsonObject;
  /** Paths into the document whose value only the deployment can tell; there stands the expression. */
  readonly unknown: readonly string[];
  /** Where in the template it stands. */
  readonly path: string;
};

/** What an expansion has found so far. */
export type Collected = {
  readonly resources: ExpandedResource[];
  readonly problems: TemplateProblem[];
  readonly limit: number;
};

/** Where in the template the expansion is. */
export type Place = {
  readonly path: string;
  readonly collected: Collected;
  readonly parent: { readonly type: string; readonly name: string } | undefined;
};

/** A text that must be known before the deployment. @throws TemplateFault */
export function word(
  resource: ValueObject,
  key: string,
  { frame, path }: { frame: Frame; path: string },
): string {
  const source = readProperty(resource, key);
  if (source === undefined) throw new TemplateFault(`${path}.${key}`, 'is required');
  const value = evaluateValue(source, frame, `${path}.${key}`);
  if (typeof value === 'string' && value !== '') return value;
  const why =
    value instanceof Unknown ? `${value.text} is not known before the deployment` : 'must be a string';
  throw new TemplateFault(`${path}.${key}`, why);
}
