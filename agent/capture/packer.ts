/** Packs bytes as they come, by gzip, in members of a megabyte: the thread that receives them waits for each, and none pile up. */
import { constants, gzipSync } from 'node:zlib';

const MEMBER_BYTES = 2 ** 20;

export class Packer {
  readonly #write: (bytes: Uint8Array) => void;
  readonly #waiting = Buffer.allocUnsafeSlow(MEMBER_BYTES);
  #bytes = 0;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const taken = Math.min(bytes.length - at, MEMBER_BYTES - this.#bytes);
      this.#waiting.set(bytes.subarray(at, at + taken), this.#bytes);
      this.#bytes += taken;
      at += taken;
      if (this.#bytes === MEMBER_BYTES) this.end();
    }
  }

  /** Writes what waits. */
  end(): void {
    if (this.#bytes === 0) return;
    // a live target is faster than the better levels
    this.#write(gzipSync(this.#waiting.subarray(0, this.#bytes), { level: constants.Z_BEST_SPEED }));
    this.#bytes = 0;
  }
}
