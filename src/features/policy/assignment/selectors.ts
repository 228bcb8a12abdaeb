import { normalizeLocation } from '../fields/builtin.ts';

/** One selector of an assignment or override, as ARM describes it: `in` and `notIn` exclude each other. */
export interface Selector {
  readonly kind: string;
  readonly in?: readonly string[];
  readonly notIn?: readonly string[];
}

/** A named group of selectors; all of them must hold. */
export interface ResourceSelector {
  readonly name?: string;
  readonly selectors: readonly Selector[];
}

/** What selectors ask about. */
export interface Selectable {
  readonly type: string;
  /** Absent or empty for resources without a location. */
  readonly location?: string | undefined;
  /** The member of the initiative, for overrides. */
  readonly definitionReferenceId?: string | undefined;
}

const lower = (text: string) => text.toLowerCase();

/** How each kind of selector reads its subject, and how both sides are written for comparison. */
const kinds: Readonly<
  Record<string, { subject: (of: Selectable) => string; write: (text: string) => string }>
> = {
  resourcetype: { subject: (of) => of.type, write: lower },
  resourcelocation: { subject: (of) => of.location ?? '', write: normalizeLocation },
  policydefinitionreferenceid: { subject: (of) => of.definitionReferenceId ?? '', write: lower },
};

/**
 * Whether a resource is selected: any group will do, within a group all selectors must hold. No groups select all.
 * Source: learn.microsoft.com, "Azure Policy assignment structure", "Resource selectors".
 */
export function selectorsMatch(groups: readonly ResourceSelector[] | undefined, of: Selectable): boolean {
  if (groups === undefined || groups.length === 0) return true;
  return groups.some((group) => group.selectors.every((selector) => holds(selector, of)));
}

/** An unknown kind selects nothing. */
function holds(selector: Selector, of: Selectable): boolean {
  const kindName = selector.kind.toLowerCase();
  if (kindName === 'resourcewithoutlocation') return !of.location;
  const kind = kinds[kindName];
  if (kind === undefined) return false;
  const subject = kind.write(kind.subject(of));
  if (selector.in !== undefined) return selector.in.some((each) => kind.write(each) === subject);
  return !(selector.notIn ?? []).some((each) => kind.write(each) === subject);
}
