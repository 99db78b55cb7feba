/**
 * The guard before a frame that is read here, while all other targets wait: what is not read in 50 ms on an idle machine (Node
 * 20) is not even parsed. What may be longer is taken as bytes, and read by a thread (answer.ts).
 *
 *     half a mebibyte, whatever it is       objects with a key of their own each, arrays within arrays: some 45 ms
 *     8 MiB, most of them within strings    a title of megabytes, a worker's message as one text: some 25 ms
 */
import type { FrameHead } from './flood.ts';
import { FrameError } from './frame.ts';

const SHORT_BYTES = 512 * 1024;
const MAX_BYTES = 8 * 2 ** 20;
/** Commas and brackets outside of strings in what is longer than short: so many values it has at most. */
const MAX_STRUCTURE = 40_000;
/** What a worker sends comes as one text in a frame; what is read of it is guarded again. */
const WRAPPING = 'NodeWorker.receivedMessageFromWorker';

const [COMMA, BRACKET, BRACE, QUOTE, BACKSLASH] = [...Buffer.from(',[{"\\')];

/** @throws FrameError */
export function assertReadable(frame: Buffer, head: FrameHead | undefined): void {
  if (frame.length <= SHORT_BYTES) return;
  if (frame.length > MAX_BYTES)
    throw new FrameError(`a frame of ${frame.length} bytes, where ${MAX_BYTES} are the most`);
  if (head !== undefined && 'method' in head && head.method === WRAPPING) return;
  let structure = 0;
  for (let at = 0; at < frame.length; at++) {
    const byte = frame[at];
    if (byte === QUOTE) at = endOfString(frame, at);
    else if (byte !== COMMA && byte !== BRACKET && byte !== BRACE) continue;
    else if (++structure > MAX_STRUCTURE) throw new FrameError(`a frame of more than ${MAX_STRUCTURE} values`);
  }
}

/** Where the quotation mark is that ends a string. */
function endOfString(frame: Buffer, begin: number): number {
  for (let at = begin + 1; at < frame.length; at++) {
    if (frame[at] === BACKSLASH) at++;
    else if (frame[at] === QUOTE) return at;
  }
  return frame.length;
}

/** The same of a worker's message. @throws FrameError */
export function assertReadableText(text: string): void {
  if (text.length > SHORT_BYTES) assertReadable(Buffer.from(text), undefined);
}
