import { type JsonObject, readKeyOf, wordOf } from './json/json.ts';
import { type ProblemList, report } from './problems.ts';
import { nearest } from './text/nearest.ts';

/** Where keys are looked at. */
export interface KeysSite {
  readonly path: string;
  readonly problems: ProblemList;
}

/**
 * Reports keys that mean nothing here, so that what the engine does not read never passes for understood: an error
 * where a known key that is not given was probably meant, else a warning.
 */
export function reportUnknownKeys(json: JsonObject, known: readonly string[], site: KeysSite): void {
  const missing = known.filter((key) => readKeyOf(json, key) === undefined);
  for (const key of Object.keys(json)) {
    if (known.some((each) => each.toLowerCase() === key.toLowerCase())) continue;
    const meant = nearest(key, missing);
    report(site.problems, 'unknownKey', {
      path: `${site.path}.${key}`,
      reason: `${key} means nothing here`,
      nearest: meant,
      severity: meant === undefined ? 'warning' : 'error',
    });
  }
}

/** Reports keys that are nearly one of the words, for objects that may hold other keys too. */
export function reportMisspeltKeys(json: JsonObject, words: readonly string[], site: KeysSite): void {
  const missing = words.filter((key) => readKeyOf(json, key) === undefined);
  for (const key of Object.keys(json)) {
    const meant = words.some((each) => each.toLowerCase() === key.toLowerCase())
      ? undefined
      : nearest(key, missing);
    if (meant === undefined) continue;
    const reason = `${key} means nothing here`;
    report(site.problems, 'unknownKey', { path: `${site.path}.${key}`, reason, nearest: meant });
  }
}

/** Reports a literal entry that is none of the words it may be; expressions are left to the evaluation. */
export function reportUnknownWord(
  json: JsonObject,
  key: string,
  { words, ...site }: KeysSite & { words: readonly string[] },
): void {
  const word = wordOf(readKeyOf(json, key));
  if (word === '' || word.startsWith('[')) return;
  if (words.some((each) => each.toLowerCase() === word.toLowerCase())) return;
  report(site.problems, 'effectDetails', {
    path: `${site.path}.${key}`,
    reason: `${word} is none of ${words.join(', ')}`,
    nearest: nearest(word, words),
  });
}
