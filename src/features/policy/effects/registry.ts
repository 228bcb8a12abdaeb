import { append } from './append.ts';
import type { Effect } from './effect.ts';
import { modify } from './modify.ts';
import { relatedEffects } from './related.ts';
import { simpleEffects } from './simple.ts';

/** All effects, one line per family. */
const effects: ReadonlyMap<string, Effect> = new Map(
  [...simpleEffects, append, modify, ...relatedEffects].map((effect) => [effect.name.toLowerCase(), effect]),
);

/** An effect by its name in any casing. */
export function findEffect(name: string): Effect | undefined {
  return effects.get(name.toLowerCase());
}

export function effectNames(): string[] {
  return [...effects.values()].map((effect) => effect.name);
}
