/** Texts that a heap snapshot leaves in freed memory, until something else is written there; pure. */

/** V8's head of a snapshot, and Node's name of a piece of one on its way to an inspector's client. */
const TEXTS = [
  'HeapProfiler.addHeapSnapshotChunk',
  '"node_fields":["type","name","id"',
  '"node_fields\\":[\\"type\\"',
].map((text) => Buffer.from(text, 'latin1'));
/** More than that many say no more. */
const ENOUGH = 1_000;

/** How many of them are in `bytes`. */
export function remainsIn(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (const text of TEXTS) {
    for (let at = buffer.indexOf(text); at >= 0 && count < ENOUGH; at = buffer.indexOf(text, at + text.length)) count++;
  }
  return count;
}
