import { readDump } from './read-dump.ts';
import { type Difference, differenceOf, type Stat, stat } from './stat.ts';

/** The stats and differences of a dump, in the order of its lines: heapy's `load`. @throws SyntaxError */
export function load(text: string): (Stat | Difference)[] {
  return readDump(text).map(({ format, kindName, b, ...line }) => {
    if (format !== 'diff') return stat({ ...line, format, ...(kindName === undefined ? {} : { kindName }) });
    return differenceOf(line.rows, line, b ?? { count: 0, sizeBytes: 0 });
  });
}
