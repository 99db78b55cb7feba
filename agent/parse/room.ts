/**
 * How much room a column gets before its records have come. The header declares a count, but a header can lie, so memory
 * is given out by the bytes that are there: at once what a file of known size could hold, else in growing steps.
 *
 * Room is address space, not memory: a typed array's pages become resident as they are written. Steps are eightfold, and
 * laid so that the last one lands on the declared count: what is copied on the way is then an eighth of the column.
 */
import { humanSize } from '../../protocol/human.ts';
import { SnapshotSyntaxError } from '../base/syntax-error.ts';

const GROWTH = 8;
/** Records for which a header is trusted unseen. */
const TRUSTED = 1 << 16;

/**
 * Records to make room for at first.
 * @param declared the header's count
 * @param recordBytes fewest bytes that a record takes in the file
 * @param expectedBytes size of the file where it is known
 */
export function firstRoom(declared: number, recordBytes: number, expectedBytes: number | undefined): number {
  if (expectedBytes !== undefined) return Math.min(declared, Math.ceil(expectedBytes / recordBytes));
  let room = declared;
  while (room > TRUSTED) room = Math.ceil(room / GROWTH);
  return room;
}

/** Records to make room for when `room` is used up. */
export function nextRoom(room: number, declared: number): number {
  return Math.min(declared, Math.max(room * GROWTH, TRUSTED));
}

/** A longer copy of a column. */
export function widened<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(column: T, length: number): T {
  const wider = new (column.constructor as new (length: number) => T)(length);
  wider.set(column);
  return wider;
}

/** Bytes of a node, and of an edge, in the columns: type, name, id, size and first edge; target and name. */
const NODE_BYTES = 15;
const EDGE_BYTES = 8;

/**
 * Asks whether there is memory for all that a header declares, where the bytes that follow cannot tell: packed, 100 million
 * nodes are some hundred KB. @throws SnapshotSyntaxError
 */
export function assertRoom(
  { nodeCount, edgeCount }: { readonly nodeCount: number; readonly edgeCount: number },
  roomBytes: number,
  offset: number,
): void {
  const bytes = NODE_BYTES * nodeCount + EDGE_BYTES * edgeCount;
  if (bytes <= roomBytes) return;
  const what = `${nodeCount} nodes and ${edgeCount} edges take ${humanSize(bytes)}`;
  throw new SnapshotSyntaxError(`its ${what} of memory, of which ${humanSize(roomBytes)} may be used here,`, offset);
}
