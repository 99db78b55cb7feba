/**
 * Where the lines of a log go: to a stream that may not be read by anybody. Nothing waits for it; what it does not take in
 * time is dropped, and how much that was is the next line.
 *
 *     line ──> fits in the buffer? ──> stream
 *                     └─ no: counted ──> {"level":40,…,"dropped":17,"msg":"log lines dropped"}
 */
import type { Writable } from 'node:stream';

/** Bytes that may wait for the stream's reader. */
const MAX_WAITING_BYTES = 2 ** 20;
const WARN = 40;

export class LogWriter {
  readonly #stream: Writable;
  readonly #maxBytes: number;
  #dropped = 0;

  constructor(stream: Writable, maxBytes = MAX_WAITING_BYTES) {
    this.#stream = stream;
    this.#maxBytes = maxBytes;
    stream.on('drain', () => this.#tell());
  }

  /** Takes a line, with its newline. */
  write(line: string): void {
    if (this.#stream.writableLength + line.length > this.#maxBytes) {
      this.#dropped++;
      return;
    }
    this.#tell();
    this.#stream.write(line);
  }

  #tell(): void {
    if (this.#dropped === 0) return;
    const line = { level: WARN, time: Date.now(), pid: process.pid, dropped: this.#dropped, msg: 'log lines dropped' };
    this.#dropped = 0;
    this.#stream.write(`${JSON.stringify(line)}\n`);
  }
}

/** Standard error, whose writes then never wait: those to a terminal do otherwise, and one that is held stops the process. */
export function unblockedStderr(): Writable {
  const { _handle } = process.stderr as NodeJS.WriteStream & { _handle?: { setBlocking?(isBlocking: boolean): void } };
  if (process.stderr.isTTY) _handle?.setBlocking?.(false);
  return process.stderr;
}
