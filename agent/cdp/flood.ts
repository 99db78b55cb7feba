/**
 * What a target sends that nobody has asked for: looked at by its first bytes, dropped unread, and too much of it ends the session.
 *
 *     {"method":"Runtime.consoleAPICalled",…   does anybody hear it?   no ─> counted, dropped ─> too many ─> the session ends
 *     {"id":17,"result":{…                      does anybody wait?      no ─┘
 *     anything else                             read as a whole, as before
 */

/** Frames, and bytes of them, that may come within a second. A target of which nothing is enabled sends none unasked. */
export interface FloodLimits {
  readonly unaskedFrames: number;
  readonly unaskedBytes: number;
  /** Of all frames, asked for or not. */
  readonly frames: number;
}

const LIMITS: FloodLimits = { unaskedFrames: 2_000, unaskedBytes: 64 * 2 ** 20, frames: 50_000 };
const WINDOW_MS = 1_000;

/** Longest frame that is read though nobody waits for it: what is wrong with it is found at no cost. */
export const UNREAD_BYTES = 1_024;

/** Bytes of a frame that are looked at: enough for the longest name of a method. */
const HEAD_BYTES = 160;
const EVENT = /^\{"method":"([A-Z]\w{0,63}\.\w{1,63})"/;
const ANSWER = /^\{"id":(\d{1,15})[,}]/;

/** What a frame is, by its first bytes; undefined where they do not tell. */
export type FrameHead = { readonly method: string } | { readonly id: number };

export function headOf(frame: Buffer): FrameHead | undefined {
  const head = frame.toString('latin1', 0, HEAD_BYTES);
  const method = EVENT.exec(head)?.[1];
  if (method !== undefined) return { method };
  const id = ANSWER.exec(head)?.[1];
  return id === undefined ? undefined : { id: Number(id) };
}

/** The frames of one connection within the second that runs. */
export class Flood {
  readonly #limits: FloodLimits;
  readonly #now: () => number;
  #sinceMs = Number.NEGATIVE_INFINITY;
  #frames = 0;
  #unaskedFrames = 0;
  #unaskedBytes = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now(), limits = LIMITS) {
    this.#now = now;
    this.#limits = limits;
  }

  /** Counts a frame. Gives what is too much, to follow "it sent "; undefined while nothing is. */
  count(bytes: number, isAsked: boolean): string | undefined {
    const nowMs = this.#now();
    if (nowMs - this.#sinceMs >= WINDOW_MS) {
      this.#sinceMs = nowMs;
      this.#frames = this.#unaskedFrames = this.#unaskedBytes = 0;
    }
    const { frames, unaskedFrames, unaskedBytes } = this.#limits;
    if (++this.#frames > frames) return `more than ${frames} frames within a second`;
    if (isAsked) return undefined;
    this.#unaskedFrames++;
    this.#unaskedBytes += bytes;
    if (this.#unaskedFrames > unaskedFrames)
      return `more than ${unaskedFrames} frames within a second that nobody asked for`;
    if (this.#unaskedBytes > unaskedBytes)
      return `more than ${unaskedBytes} bytes within a second that nobody asked for`;
    return undefined;
  }
}
