/** Rows of addresses that are mapped, in the text of `/proc/PID/smaps` or `maps`; pure. */
import type { MappedRuns } from './image.ts';

const HEADER = /^([0-9a-f]+)-([0-9a-f]+) (...)/gm;

/** Mappings that touch are one row; what may not be read is none. */
export function mappedRuns(maps: string): MappedRuns {
  const starts: number[] = [];
  const ends: number[] = [];
  for (const [, from, to, rights] of maps.matchAll(HEADER)) {
    if (rights![0] !== 'r') continue;
    const [start, end] = [Number.parseInt(from!, 16), Number.parseInt(to!, 16)];
    if (ends.at(-1) === start) ends[ends.length - 1] = end;
    else {
      starts.push(start);
      ends.push(end);
    }
  }
  return {
    from(address) {
      let [low, high] = [0, ends.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (ends[middle]! <= address) low = middle + 1;
        else high = middle;
      }
      return low < ends.length && starts[low]! <= address ? ends[low]! - address : 0;
    },
  };
}
