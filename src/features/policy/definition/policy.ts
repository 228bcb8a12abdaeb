import type { AliasTable } from '../aliases/table.ts';
import type { Effect } from '../effects/effect.ts';
import type { PolicySemantics } from '../semantics.ts';
import type { Mode } from './modes.ts';
import type { Evidence } from './needs.ts';
import type { Parameter } from './parameters.ts';
import type { Program } from './program.ts';

/** A compiled policy definition: evaluate it against any number of resources and parameter values. */
export interface CompiledPolicy {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly mode: Mode;
  readonly parameters: readonly Parameter[];
  readonly semantics: PolicySemantics;
  readonly aliases: AliasTable | null;
  /** Lower-case types outside of which the policy is never applicable; null where any type may be. */
  readonly types: ReadonlySet<string> | null;
  /** Why the policy is never applicable to anything; null where it may be. */
  readonly inapplicable: string | null;
  /** Effects that the definition may be assigned with; empty where that is not known. */
  readonly effects: readonly Effect[];
  /** What it can be judged from. */
  readonly evidence: Evidence;
  /** Parts of the context it asks for: utcNow, resourceGroup, subscription, policy, requestContext. */
  readonly needs: ReadonlySet<string>;
  /** The program for a lower-case resource type and an API version. */
  readonly programFor: (type: string, apiVersion: string | undefined) => Program;
}
