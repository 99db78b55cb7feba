/** A filter that fits nothing is said: what is not there and what was misspelt look the same otherwise. */
import { closest, distance } from 'fastest-levenshtein';
import { matchesGlob } from '../../protocol/glob.ts';
import { oneLine } from '../../protocol/printable.ts';

/** Letters that may be wrong for a kind to be taken for the one that was meant. */
const MOST_TYPOS = 2;
/** Kinds that are looked at for it. */
const MOST_KINDS = 10_000;

/** `no kind fits --fail-on "Sesion"; is "Session" meant?`; undefined where one of `kinds` fits. */
export function noKindFits(option: string, glob: string, kinds: readonly string[]): string | undefined {
  if (kinds.some((kind) => matchesGlob(glob, kind))) return undefined;
  const near = kinds.length === 0 ? '' : closest(glob, kinds.slice(0, MOST_KINDS));
  const isNear = near !== '' && distance(glob, near) <= MOST_TYPOS;
  return oneLine(`no kind fits ${option} "${glob}"${isNear ? `; is "${near}" meant?` : ''}`);
}
