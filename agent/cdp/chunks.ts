/**
 * Takes the snapshot's bytes out of the frames they come in, without parsing the frames.
 *
 *     main isolate   {"method":"HeapProfiler.addHeapSnapshotChunk","params":{"chunk":"{\"snapshot\":…"}}
 *     worker         {"method":"NodeWorker.receivedMessageFromWorker","params":{"sessionId":"1","message":"
 *                      {\"method\":\"HeapProfiler.addHeapSnapshotChunk\",\"params\":{\"chunk\":\"{\\\"snapshot\\\":…\"}}"}}
 *
 * The envelopes are V8's and Node's to the byte (Node 18 to 26). A frame in any other dress is not refused: whoever reads
 * the remaining frames as JSON finds the chunk there.
 */
import { FrameError } from './frame.ts';
import { WORKER_MESSAGE } from './isolate.ts';
import { unescapeInPlace } from './unescape.ts';

/** The event that carries a piece of the snapshot; pieces are cut anywhere. */
export const CHUNK_EVENT = 'HeapProfiler.addHeapSnapshotChunk';

const ascii = new TextEncoder();

/**
 * Gives the chunk of a frame, un-escaped inside the frame itself (a view on it), or null for a frame of another kind, which
 * is left untouched. @throws FrameError for a chunk whose escapes are not JSON's
 */
export type ChunkDecoder = (frame: Uint8Array) => Uint8Array | null;

/** The decoder for the main isolate's chunks or, given the NodeWorker session, for those of a worker. */
export function chunkDecoder(workerSessionId?: string): ChunkDecoder {
  const inner: Envelope = { head: `{"method":"${CHUNK_EVENT}","params":{"chunk":"`, tail: '"}}', depth: 1 };
  return decoder(workerSessionId === undefined ? inner : wrapped(inner, workerSessionId));
}

/** What is before and after a chunk, and how many times the chunk is escaped. */
interface Envelope {
  readonly head: string;
  readonly tail: string;
  readonly depth: number;
}

function wrapped({ head, tail, depth }: Envelope, sessionId: string): Envelope {
  const escaped = (text: string) => JSON.stringify(text).slice(1, -1);
  return {
    head: `{"method":"${WORKER_MESSAGE}","params":{"sessionId":${JSON.stringify(sessionId)},"message":"${escaped(head)}`,
    tail: `${escaped(tail)}"}}`,
    depth: depth + 1,
  };
}

function decoder(envelope: Envelope): ChunkDecoder {
  const head = ascii.encode(envelope.head);
  const tail = ascii.encode(envelope.tail);
  return (frame) => {
    const tailAt = frame.length - tail.length;
    if (tailAt < head.length || !standsAt(frame, 0, head) || !standsAt(frame, tailAt, tail)) return null;
    return frame.subarray(head.length, unescaped(frame, head.length, tailAt, envelope.depth));
  };
}

function unescaped(frame: Uint8Array, start: number, end: number, depth: number): number {
  try {
    let shorter = end;
    for (let pass = 0; pass < depth; pass++) shorter = unescapeInPlace(frame, start, shorter);
    return shorter;
  } catch (cause) {
    throw new FrameError(`a snapshot chunk that is not JSON (${(cause as SyntaxError).message})`, { cause });
  }
}

function standsAt(frame: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i++) if (frame[at + i] !== expected[i]) return false;
  return true;
}
