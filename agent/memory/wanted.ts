/**
 * What of V8's mappings is worth a copy: pages say in their headers whether they hold objects. Those of the young generation that a
 * collection has emptied, and those that V8 keeps for later, do not, and are a fifth of a heap that was just made.
 */
import type { MemoryImage } from './image.ts';
import type { Plan, Run } from './regions.ts';

/** Addresses from the first to before the second. */
export type Span = readonly [start: number, end: number];

/** Gives the parts that are wanted, by an image that has the first bytes of each page only. Called twice: before a stop and in it. */
export type Wanted = (headers: MemoryImage) => readonly Span[];

/** The plan without what is in none of the spans; both ascending. */
export function onlyWanted({ regions, held }: Plan, spans: readonly Span[]): Plan {
  const kept: Plan['regions'][number][] = [];
  const runs: Run[] = [];
  let run = 0;
  let byteOffset = 0;
  for (const { region, start, end } of cuts(regions, spans)) {
    kept.push({ startAddress: start, byteLength: end - start, byteOffset, executable: region.executable });
    while (run < held.length && held[run].startAddress + held[run].byteLength <= start) run++;
    for (let at = run; at < held.length && held[at].startAddress < end; at++) {
      const from = Math.max(start, held[at].startAddress);
      const byteLength = Math.min(end, held[at].startAddress + held[at].byteLength) - from;
      runs.push({ startAddress: from, byteLength, byteOffset: byteOffset + from - start });
    }
    byteOffset += end - start;
  }
  return { regions: kept, held: joined(runs) };
}

type Region = Plan['regions'][number];

/** Where regions and spans meet; spans that touch within a region are one. */
function* cuts(
  regions: readonly Region[],
  spans: readonly Span[],
): Generator<{ region: Region; start: number; end: number }> {
  let span = 0;
  for (const region of regions) {
    const regionEnd = region.startAddress + region.byteLength;
    while (span < spans.length && spans[span][1] <= region.startAddress) span++;
    for (let at = span; at < spans.length && spans[at][0] < regionEnd; ) {
      const start = Math.max(region.startAddress, spans[at][0]);
      let end = Math.min(regionEnd, spans[at][1]);
      for (at++; at < spans.length && spans[at][0] === end && end < regionEnd; at++)
        end = Math.min(regionEnd, spans[at][1]);
      yield { region, start, end };
    }
  }
}

/** Runs that follow each other in both memories, as one. */
function joined(runs: readonly Run[]): Run[] {
  const found: Run[] = [];
  for (const run of runs) {
    const last = found.at(-1);
    const follows =
      last !== undefined &&
      last.startAddress + last.byteLength === run.startAddress &&
      last.byteOffset + last.byteLength === run.byteOffset;
    if (follows) found[found.length - 1] = { ...last, byteLength: last.byteLength + run.byteLength };
    else found.push(run);
  }
  return found;
}
