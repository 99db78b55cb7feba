/** The names that a session knows, and which of them somebody meant. */
import { closest, distance } from 'fastest-levenshtein';
import { CLASSIFIERS } from '../../agent/classify/classifiers.ts';
import { PlainSet } from '../../agent/sets/heap-set.ts';
import { PlainPaths } from '../../agent/sets/paths.ts';
import { PlainPattern } from '../../agent/sets/pattern.ts';
import { PlainStat } from '../../agent/sets/stat.ts';

/** heapy's two spellings that are no names of classifiers here. */
const HEAPY_RELATIONS = ['byclodo', 'byrcs'];

/** Asked for by the language, not by people. */
const UNSPOKEN: ReadonlySet<string> = new Set(['constructor', 'toString']);

/** The public names of a class, its own and what it takes from others but Object. */
export function namesOf(prototype: object): string[] {
  const names: string[] = [];
  for (let at = prototype; at !== Object.prototype && at !== null; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) if (!UNSPOKEN.has(name)) names.push(name);
  }
  return [...new Set(names)];
}

/** What can be asked of a set. */
export const SET_WORDS: readonly string[] = [
  ...namesOf(PlainSet.prototype),
  ...CLASSIFIERS.map(({ by }) => `by${by}`),
  ...HEAPY_RELATIONS,
  ...['view', 'nodes', 'er'],
];

/** What can be asked of a set, a path listing, a pattern or a stat. */
export const ALL_WORDS: readonly string[] = [
  ...new Set([
    ...SET_WORDS,
    ...namesOf(PlainPaths.prototype),
    ...namesOf(PlainPattern.prototype),
    ...namesOf(PlainStat.prototype),
  ]),
];

/** The name that `typed` is a slip of the fingers away from, or null. */
export function nearest(typed: string, names: readonly string[]): string | null {
  const sameButCase = names.find((name) => name.toLowerCase() === typed.toLowerCase());
  if (sameButCase !== undefined) return sameButCase;
  if (names.length === 0) return null;
  const swapped = names.find((name) => letters(name) === letters(typed));
  if (swapped !== undefined) return swapped;
  const found = closest(typed, [...names]);
  const slips = Math.max(1, Math.floor(typed.length / 3));
  return distance(typed, found) <= slips ? found : null;
}

function letters(name: string): string {
  return [...name.toLowerCase()].sort().join('');
}

/** `, did you mean byvia?`, or nothing. */
export function suggestion(typed: string, names: readonly string[]): string {
  const name = nearest(typed, names);
  return name === null || name === typed ? '' : `, did you mean ${name}?`;
}
