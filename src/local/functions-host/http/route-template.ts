import { type Constraint, createConstraint } from './constraints.ts';
import { splitTemplate, type TemplateToken } from './template-tokens.ts';

export type Parameter = {
  readonly name: string;
  readonly isOptional: boolean;
  readonly isCatchAll: boolean;
  readonly defaultValue?: string;
  readonly constraints: readonly Constraint[];
};

export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly parameter: Parameter }
  | { readonly kind: 'complex'; readonly pattern: RegExp; readonly parameters: readonly Parameter[] };

export type RouteTemplate = { readonly text: string; readonly segments: readonly Segment[] };

/**
 * Parses a route template in the syntax of ASP.NET Core.
 * https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
 * @throws Error saying what is wrong with the template.
 */
export function parseTemplate(text: string): RouteTemplate {
  const segments = splitTemplate(text).map(toSegment);
  const parameters = segments.flatMap(parametersOf);
  const names = parameters.map((parameter) => parameter.name.toLowerCase());
  if (new Set(names).size < names.length) throw new Error(`the route '${text}' names a parameter twice`);
  const catchAll = segments.findIndex((segment) => parametersOf(segment).some((one) => one.isCatchAll));
  if (catchAll >= 0 && catchAll < segments.length - 1) {
    throw new Error(`the route '${text}' has a catch-all parameter that is not its last segment`);
  }
  return { text, segments };
}

export function parametersOf(segment: Segment): readonly Parameter[] {
  if (segment.kind === 'literal') return [];
  return segment.kind === 'parameter' ? [segment.parameter] : segment.parameters;
}

function toSegment(tokens: readonly TemplateToken[]): Segment {
  const [first, second] = tokens;
  if (first && !second) {
    if (first.kind === 'literal') return { kind: 'literal', text: first.text };
    return { kind: 'parameter', parameter: parseParameter(first.text) };
  }
  return complexSegment(tokens);
}

function complexSegment(tokens: readonly TemplateToken[]): Segment {
  const parameters: Parameter[] = [];
  let pattern = '';
  for (const token of tokens) {
    if (token.kind === 'literal') {
      pattern += escapeRegExp(token.text);
      continue;
    }
    const parameter = parseParameter(token.text);
    if (parameter.isCatchAll) throw new Error(`the catch-all '{${token.text}}' must be a segment of its own`);
    parameters.push(parameter);
    pattern = parameter.isOptional ? withOptionalEnd(pattern) : `${pattern}(.+)`;
  }
  return { kind: 'complex', pattern: new RegExp(`^${pattern}$`, 'i'), parameters };
}

// `{name}.{ext?}`: where the last value is absent, so is the period before it; else it follows the last period.
function withOptionalEnd(pattern: string): string {
  return `${pattern.replace(/\\\.$/, '').replace(/\(\.\+\)$/, '(.+?)')}(?:\\.([^.]+))?`;
}

function parseParameter(text: string): Parameter {
  const [, stars = '', rest = ''] = /^(\*{0,2})(.*)$/s.exec(text) ?? [];
  const parts = splitOutsideParentheses(rest, ':');
  const { body, defaultValue, isOptional } = splitSuffix(parts.at(-1) ?? '');
  const [name, ...constraints] = [...parts.slice(0, -1), body];
  if (!/^[^/{}?*]+$/.test(name)) throw new Error(`'{${text}}' is not a route parameter`);
  return {
    name,
    isOptional,
    isCatchAll: stars !== '',
    constraints: constraints.filter(Boolean).map(createConstraint),
    ...(defaultValue === undefined ? {} : { defaultValue }),
  };
}

function splitSuffix(text: string): { body: string; defaultValue?: string; isOptional: boolean } {
  const [body = '', ...defaults] = splitOutsideParentheses(text, '=');
  if (defaults.length > 0) return { body, defaultValue: defaults.join('='), isOptional: false };
  return body.endsWith('?') ? { body: body.slice(0, -1), isOptional: true } : { body, isOptional: false };
}

function splitOutsideParentheses(text: string, separator: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth = Math.max(0, depth - 1);
    if (character === separator && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
