/** What reading a probe's answer takes of memory, where that is done in the process that was probed; pure. */
import type { Probe } from '../../protocol/partition.ts';

/**
 * A snapshot that comes as text while its main thread goes on sending, and its columns: 230 bytes an object were measured of four
 * million on Node 20. What other probes give is small.
 */
const BYTES_PER_NODE = 250;
const BYTES_PER_BYTE = 8;

/** What a walk copies beyond the pages that are held when it begins (process-memory.ts). */
const COPY_RATIO = 17 / 16;
const COPY_SPARE_BYTES = 16 * 2 ** 20;

/** A main thread that is held rather than stopped waits for threads that copy to be there. */
export const HOLD_MS = 250;

/** @param nodes objects of the heap; undefined: they have not been counted */
export function readingBytes(probe: Probe, heapUsedBytes: number, nodes: number | undefined): number {
  if (probe !== 'snapshot') return 0;
  return nodes === undefined ? heapUsedBytes * BYTES_PER_BYTE : nodes * BYTES_PER_NODE;
}

/** The copy of pages that a walk is made from. @param heldBytes that V8 has in memory */
export function copyBytes(heldBytes: number): number {
  return Math.round(heldBytes * COPY_RATIO) + COPY_SPARE_BYTES;
}
