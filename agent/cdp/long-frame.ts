/**
 * A frame that is too long to be read here, in a thread of its own: all that comes of it is some thousand values and short texts,
 * as of a title of 30 MB. What is asked for and may be long comes unread instead (answer.ts).
 */
import { programUrl } from '../threads/program.ts';
import { inThread } from '../threads/thread.ts';
import { FrameError, type Message } from './frame.ts';

/**
 * Of frames of one connection that wait to be read. One may be longer; the chunks of a snapshot, of 400 KB each, come faster than
 * they are read where somebody takes it so.
 */
const MAX_WAITING_BYTES = 64 * 2 ** 20;

const program = programUrl('./long-frame-thread', import.meta.url);

/** What the thread gives: what is wrong with the frame completes "it sent …". */
export type LongFrameReading = { readonly message: Message | null } | { readonly wrong: string };

/** The long frames of one connection: read one after the other. */
export class LongFrames {
  #waitingBytes = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws FrameError */
  async read(frame: Buffer): Promise<Message | null> {
    const { length } = frame;
    if (this.#waitingBytes > 0 && this.#waitingBytes + length > MAX_WAITING_BYTES) {
      throw new FrameError(`long frames of more than ${MAX_WAITING_BYTES} bytes at a time`);
    }
    this.#waitingBytes += length;
    const bytes = new Uint8Array(frame);
    const reading = this.#last.then(() =>
      inThread<never, LongFrameReading>(program, { bytes }, { transfer: [bytes.buffer] }),
    );
    this.#last = reading.catch(() => {}); // its caller gets the reason
    try {
      const read = await reading;
      if ('wrong' in read) throw new FrameError(read.wrong);
      return read.message;
    } finally {
      this.#waitingBytes -= length;
    }
  }
}
