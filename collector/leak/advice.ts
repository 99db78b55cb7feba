/** What to do about a leak, by the way in which its objects are held. Pure. */

/** The first that fits the path from the program's roots to the objects. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^timer /, 'a timer that is never cleared keeps them: clear it (clearTimeout, clearInterval) when its work is over'],
  [/\.on\(/, 'a listener for each is never removed: remove it (off, or once, or an AbortSignal) when its work is over'],
  [/→ promise/, 'promises that never settle keep them: settle each, with a time limit'],
  [
    /AsyncLocalStorage/,
    'a store of AsyncLocalStorage lives as long as what was begun in it: end that, or exit the store',
  ],
  [/\.get\(/, 'entries of a Map are added and not deleted: delete them when they are done with, or bound the Map'],
  [
    /\.has\(|\.add\(/,
    'entries of a Set are added and not deleted: delete them when they are done with, or bound the Set',
  ],
  [/\[\d+\]/, 'an array is appended to and never shortened: take out what is done with, or bound it'],
  [/ctx\./, 'a closure keeps the variable: let go of it (set it to undefined) when it is done with'],
];

const OTHERWISE = 'something that lives on refers to them: let go of that when they are done with';

/** @param path the shortest one, as `heapwatch path` prints it; undefined where none was found */
export function adviceFor(path: string | undefined): string {
  if (path === undefined) return 'no path was found: only the stack or V8 itself holds them; look again in a while';
  return ADVICE.find(([pattern]) => pattern.test(path))?.[1] ?? OTHERWISE;
}
