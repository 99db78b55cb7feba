/** How places in scripts read in a kind. */
import { shortNames } from './script-name.ts';

export interface ScriptLocation {
  /** As `scriptPath` gives it. */
  readonly path: string;
  /** From 0 on, both. */
  readonly line: number;
  readonly column: number;
}

/**
 * A text for each place, such that those that differ read differently: with the script's whole path where two scripts'
 * short ones are the same, with the column where two places are on one line. Places that are the same (of a script that
 * was loaded twice) read the same.
 */
export function locationNames<K>(places: ReadonlyMap<K, ScriptLocation>): Map<K, string> {
  const names = shortNames(Array.from(places.values(), ({ path }) => path));
  const lineOf = ({ path, line }: ScriptLocation): string => `${names.get(path)}:${line + 1}`;
  const columnsOfLine = new Map<string, Set<number>>();
  for (const place of places.values()) {
    const columns = columnsOfLine.get(lineOf(place));
    if (columns) columns.add(place.column);
    else columnsOfLine.set(lineOf(place), new Set([place.column]));
  }
  return new Map(
    Array.from(places, ([key, place]) => {
      const line = lineOf(place);
      return [key, columnsOfLine.get(line)?.size === 1 ? line : `${line}:${place.column + 1}`];
    }),
  );
}
