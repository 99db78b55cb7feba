/**
 * An answer that is taken unread: a profile, or a list of all functions that have run, is of megabytes, and reading it would
 * keep all other targets waiting. So it is handed on as bytes, and a thread reads what is long.
 *
 *     frame {"id":7,"result":{…}} ──> bytes ──> resultOf(bytes) in a thread ──> {…}
 */
import { messageOf } from './frame.ts';

/** The bytes of an answer; in a buffer that is theirs alone, and can be handed over. */
export interface AnswerBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const GIVEN = /^\{"id":(\d{1,15}),"result":/;
const HEAD_BYTES = 64;

/** The id of an answer that gives a result; -1 for what refuses, which is short, and for whatever is no answer. */
export function answerId(frame: Buffer | string): number {
  const head = typeof frame === 'string' ? frame.slice(0, HEAD_BYTES) : frame.toString('latin1', 0, HEAD_BYTES);
  return Number(GIVEN.exec(head)?.[1] ?? -1);
}

/** The bytes of a frame or of a worker's message; of a result that was read already they are made anew. */
export function bytesOfAnswer(answer: Buffer | string | object): AnswerBytes {
  if (Buffer.isBuffer(answer)) return { bytes: new Uint8Array(answer) };
  const text = typeof answer === 'string' ? answer : JSON.stringify({ id: 1, result: answer });
  return { bytes: new TextEncoder().encode(text) };
}

/** Reads it. @throws FrameError */
export function resultOf({ bytes }: AnswerBytes): object {
  const message = messageOf(new TextDecoder().decode(bytes));
  return (message && 'result' in message && message.result) || {};
}
