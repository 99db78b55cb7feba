/**
 * The kind of an object: the name of its class, and the place where the class is written if the name does not tell.
 *
 *     Session                   the only class of that name
 *     Session (src/a.js:10)     one of several; those of which no place is known stay under the plain name
 *     context (src/a.js:10)     a class that could be taken for another kind: always by its place,
 *     context (class)           and like this where that is not known
 */
import { CONTEXT, className, isContextName, isWord } from './words.ts';

/** The kinds of all objects that bear one name. */
export interface ClassTexts<K> {
  /** The kind of all, or of those that `ofClass` does not have. */
  readonly plain: string;
  readonly ofClass?: ReadonlyMap<K, string>;
}

/**
 * @param name V8's name of the objects
 * @param places of the classes of that name, as far as known, in the words of `placeNames`
 */
export function classTexts<K>(name: string, places: ReadonlyMap<K, string>): ClassTexts<K> {
  if (isContextName(name)) return { plain: CONTEXT };
  const text = className(name) || '(anonymous)';
  const taken = isWord(text);
  if (!taken && new Set(places.values()).size < 2) return { plain: text };
  return {
    plain: taken ? `${text} (class)` : text,
    ofClass: new Map(Array.from(places, ([key, place]) => [key, `${text} (${place})`])),
  };
}
