/**
 * Which frames are read here, while all other targets wait: those that take 50 ms at most on an idle machine (Node 20), whatever
 * they are.
 *
 *     384 KiB                            objects with a key of their own each, arrays within arrays: up to 43 ms
 *     8 MiB around a worker's message    one text, whose message is guarded again: some 25 ms
 *
 * What is longer is taken as bytes where it may be so long (answer.ts), else read by a thread (long-frame.ts).
 */
import type { FrameHead } from './flood.ts';
import { FrameError } from './frame.ts';

const SHORT_BYTES = 384 * 1024;
const MAX_WRAPPED_BYTES = 8 * 2 ** 20;
const WRAPPING = 'NodeWorker.receivedMessageFromWorker';

/** Whether a frame is short enough. @throws FrameError for one of a worker that is longer than any */
export function isReadable({ length }: Buffer, head: FrameHead | undefined): boolean {
  if (head === undefined || !('method' in head) || head.method !== WRAPPING) return length <= SHORT_BYTES;
  if (length <= MAX_WRAPPED_BYTES) return true;
  throw new FrameError(`a worker's message in ${length} bytes, where ${MAX_WRAPPED_BYTES} are the most`);
}

/** The same of a worker's message, in characters. */
export function isShort({ length }: string): boolean {
  return length <= SHORT_BYTES;
}
