import type { Parameter, RouteTemplate, Segment } from './route-template.ts';

export type RouteValues = Readonly<Record<string, string>>;

/**
 * The parameter values that `segments` (each still percent-encoded) give to the template, decoded once, or
 * undefined when they do not match. Literals match in any case.
 */
export function matchTemplate(template: RouteTemplate, segments: readonly string[]): RouteValues | undefined {
  const values: Record<string, string> = {};
  for (const [index, segment] of template.segments.entries()) {
    if (segment.kind === 'parameter' && segment.parameter.isCatchAll) {
      return acceptRest(segment.parameter, segments.slice(index), values) ? values : undefined;
    }
    if (!acceptSegment(segment, segments[index], values)) return undefined;
  }
  return segments.length > template.segments.length ? undefined : values;
}

function acceptSegment(segment: Segment, raw: string | undefined, values: Record<string, string>): boolean {
  const text = raw === undefined ? undefined : decodeURIComponent(raw);
  if (segment.kind === 'literal') return text?.toLowerCase() === segment.text.toLowerCase();
  if (segment.kind === 'parameter') return acceptValue(segment.parameter, text || undefined, values);
  const match = text === undefined ? null : segment.pattern.exec(text);
  if (!match) return false;
  return segment.parameters.every((parameter, index) => acceptValue(parameter, match[index + 1], values));
}

function acceptRest(parameter: Parameter, rest: readonly string[], values: Record<string, string>): boolean {
  const text = rest.map(decodeURIComponent).join('/');
  return acceptValue({ ...parameter, isOptional: true }, text || undefined, values);
}

function acceptValue(
  parameter: Parameter,
  text: string | undefined,
  values: Record<string, string>,
): boolean {
  const value = text ?? parameter.defaultValue;
  if (value === undefined) return parameter.isOptional;
  if (!parameter.constraints.every((constraint) => constraint(value))) return false;
  values[parameter.name] = value;
  return true;
}
