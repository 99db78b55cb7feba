/** Where functions are written: what tells two classes of one name apart, and a module's classes from others. */
import type { Columns } from '../../parse/columns.ts';
import type { Functions } from '../functions.ts';
import type { Names } from './names.ts';
import type { NodeIndex } from './node-index.ts';

type Sites = Pick<Columns, 'locationNode' | 'locationSite' | 'siteScript' | 'siteLine' | 'siteColumn'>;

/** @param closures nodes of functions, ascending */
export function functionSites(index: NodeIndex, functions: Functions, closures: Uint32Array, names: Names): Sites {
  const siteOfShared = new Map<number, number>();
  const [script, line, column]: [number[], number[], number[]] = [[], [], []];
  const [node, site] = [new Uint32Array(closures.length), new Uint32Array(closures.length)];
  let count = 0;
  for (const closure of closures) {
    const shared = functions.sharedOf(index.at[closure]);
    let own = siteOfShared.get(shared);
    if (own === undefined) {
      const place = functions.placeOf(shared);
      own = place === undefined ? -1 : script.push(names.of(place.url)) - 1;
      if (place !== undefined) {
        line.push(place.line);
        column.push(place.column);
      }
      siteOfShared.set(shared, own);
    }
    if (own < 0) continue;
    node[count] = closure;
    site[count++] = own;
  }
  return {
    locationNode: node.subarray(0, count),
    locationSite: site.subarray(0, count),
    siteScript: Uint32Array.from(script),
    siteLine: Uint32Array.from(line),
    siteColumn: Uint32Array.from(column),
  };
}
