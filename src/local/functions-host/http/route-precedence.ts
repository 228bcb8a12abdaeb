import type { RouteTemplate, Segment } from './route-template.ts';

/**
 * Orders templates as ASP.NET Core's inbound precedence does: segment by segment, a literal before a constrained
 * parameter or a complex segment, before a parameter, before a constrained catch-all, before a catch-all.
 * https://github.com/dotnet/aspnetcore/blob/main/src/Http/Routing/src/Template/RoutePrecedence.cs
 */
export function comparePrecedence(left: RouteTemplate, right: RouteTemplate): number {
  const length = Math.max(left.segments.length, right.segments.length);
  for (let index = 0; index < length; index += 1) {
    const difference = digitOf(left.segments[index]) - digitOf(right.segments[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function digitOf(segment: Segment | undefined): number {
  if (!segment) return 0;
  if (segment.kind === 'literal') return 1;
  if (segment.kind === 'complex') return 2;
  const { isCatchAll, constraints } = segment.parameter;
  const isConstrained = constraints.length > 0;
  if (isCatchAll) return isConstrained ? 4 : 5;
  return isConstrained ? 2 : 3;
}
