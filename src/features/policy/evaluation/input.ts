import type { Exemption } from '../assignment/exemptions.ts';
import type { PolicyContext } from '../run.ts';

/** What one evaluation is given. Nothing of it is changed; parameters are read once per object, so do not change them. */
export interface EvaluationInput {
  /** The resource as ARM describes it. */
  readonly resource: unknown;
  /** Values by parameter name, in any casing; defaults fill the rest. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly context?: PolicyContext;
  /** Finds related resources for …IfNotExists. */
  readonly related?: RelatedLookup;
  /** Exemptions of the assignment that cover the resource. */
  readonly exemptions?: readonly Exemption[];
  /** An assignment's override of the effect. */
  readonly effect?: string;
  /** What a person attested, for effect manual. */
  readonly attestation?: 'Compliant' | 'NonCompliant' | 'Unknown';
}

/** Where related resources are looked for. */
export type RelatedScope =
  /** Under (children) or on (extensions) the evaluated resource. */
  | { readonly kind: 'resource'; readonly resourceId: string }
  | { readonly kind: 'resourceGroup'; readonly subscriptionId: string; readonly resourceGroup: string }
  | { readonly kind: 'subscription'; readonly subscriptionId: string };

/** A question for related resources. */
export interface RelatedQuery {
  readonly type: string;
  /** Exact name, `parent/child`, or `parent/?` for any child; null for all of the type. */
  readonly name: string | null;
  readonly scope: RelatedScope;
}

/** Answers with ARM documents, or that the inventory does not know. It may answer with more; the engine filters. */
export type RelatedLookup = (query: RelatedQuery) => readonly unknown[] | 'unknown';
