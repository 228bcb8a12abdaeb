import type { ApprovalRule, Finding } from './schema.ts';

export type Subject = {
  readonly resources: readonly { readonly id: string; readonly type: string }[];
  readonly findings: readonly Finding[];
};

/** The first rule that a deployment falls under; undefined where it needs nobody's approval. */
export function ruleFor(rules: readonly ApprovalRule[], subject: Subject): ApprovalRule | undefined {
  return rules.find(
    (rule) =>
      (!rule.on_findings || subject.findings.length > 0) &&
      subject.resources.some(({ id, type }) => isBelow(id, rule.scope) && isOneOf(type, rule.resource_types)),
  );
}

function isBelow(id: string, scope: string | undefined): boolean {
  if (scope === undefined) return true;
  const base = scope.toLowerCase().replace(/\/$/, '');
  const lower = id.toLowerCase();
  return lower === base || lower.startsWith(`${base}/`);
}

function isOneOf(type: string, types: readonly string[] | undefined): boolean {
  return types === undefined || types.some((each) => each.toLowerCase() === type.toLowerCase());
}
