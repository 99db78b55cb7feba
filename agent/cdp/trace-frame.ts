/**
 * The guard before a trace's frames: they are read while all other targets wait, so what is as large as no collection's, or
 * holds as many events, is not even parsed. A collection's events are some hundred, in some 170 KB.
 */
import { headOf } from './flood.ts';
import { FrameError } from './frame.ts';

const MAX_BYTES = 8 * 2 ** 20;
/** Of a busy target that is looked at for seconds; they are parsed in some 10 ms. */
const MAX_EVENTS = 20_000;
/** Every event has one, and none within its text, where a quotation mark is escaped. */
const PHASE = Buffer.from('"ph":');

/** @throws FrameError */
export function assertReadableTrace(frame: Buffer): void {
  // any other event is shorter, or asked for
  if (frame.length <= MAX_EVENTS) return;
  const head = headOf(frame);
  if (head === undefined || !('method' in head) || head.method !== 'NodeTracing.dataCollected') return;
  if (frame.length > MAX_BYTES) throw new FrameError(`a trace of more than ${MAX_BYTES} bytes in one frame`);
  if (hasMoreEvents(frame)) throw new FrameError(`a trace of more than ${MAX_EVENTS} events in one frame`);
}

function hasMoreEvents(frame: Buffer): boolean {
  let events = 0;
  for (let at = frame.indexOf(PHASE); at >= 0; at = frame.indexOf(PHASE, at + PHASE.length)) {
    if (++events > MAX_EVENTS) return true;
  }
  return false;
}
