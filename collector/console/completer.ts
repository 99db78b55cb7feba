/**
 * What Tab offers, without working anything out: a chain of rows and relations on a set is again a set, so its words are
 * known before it is.
 */
import { PlainSet } from '../../agent/sets/heap-set.ts';
import { SESSION_WORDS } from './session-face.ts';
import { namesOf, SET_WORDS } from './words.ts';

/** Words of a set that give a set again, beside `by…` and rows. */
const SET_VALUED: ReadonlySet<string> = new Set([
  ...['more', 'all', 'prev', 'top', 'referrers', 'referents', 'owners', 'imdom', 'idom', 'dominos'],
]);

/** The words that may follow the dot at the end of what was typed, and what of them is typed already; null where that is unknown. */
export function offers(typed: string, variable: (name: string) => unknown): [words: string[], begun: string] | null {
  const match = /(?:^|[^\w$.\])])([A-Za-z_$][\w$]*)((?:\[-?\d+\]|\.[\w$]+)*)\.([\w$]*)$/.exec(typed);
  if (!match) return null;
  const [, root, chain, begun] = match;
  const words = wordsOf(root, chain, variable);
  return words && [words.filter((word) => word.startsWith(begun)).sort(), begun];
}

function wordsOf(root: string, chain: string, variable: (name: string) => unknown): readonly string[] | null {
  if (root === 'hp') return chain === '' ? SESSION_WORDS : null;
  const value = variable(root);
  if (typeof value !== 'object' || value === null) return null;
  if (!(value instanceof PlainSet)) return chain === '' ? namesOf(Object.getPrototypeOf(value)) : null;
  const links = chain.match(/\[-?\d+\]|[\w$]+/g) ?? [];
  const isSet = links.every((link) => link.startsWith('[') || link.startsWith('by') || SET_VALUED.has(link));
  return isSet ? SET_WORDS : null;
}
