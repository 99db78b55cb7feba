/**
 * How far a log has been sent, beside its store: after a loss of power the store may end before that.
 *
 *     store.db.sent    {"log":"…","offset":39,"boot":"…"}      written after each commit, never waited for by the disk
 *     store.db         … 20                                    the last pages of its log of writes were lost
 *
 * A killed process loses neither. Where the machine went down both may have lost something; that it did is seen by its boot.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

export interface Sent {
  readonly log: string;
  readonly offset: number;
  /** Of the machine when it was sent; empty where the system does not tell. */
  readonly boot: string;
  /** All that was sent was stored for good. */
  readonly isClosed: boolean;
}

const LENGTH = 200;

/** The mark beside the store at `path`; undefined where there is none. */
export function readSent(path: string): Sent | undefined {
  try {
    const { log, offset, boot, isClosed } = JSON.parse(readFileSync(markPath(path), 'utf8')) as Sent;
    return { log, offset, boot, isClosed };
  } catch {
    return undefined; // of an earlier version, or lost itself
  }
}

/** Tells this boot of the machine from others. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

export class SentMark implements Disposable {
  readonly #fd: number;
  readonly #boot = bootId();

  constructor(path: string) {
    this.#fd = openSync(markPath(path), 'w', 0o600);
  }

  write(log: string, offset: number, isClosed = false): void {
    const sent: Sent = { log, offset, boot: this.#boot, isClosed };
    // of one length: what is written over what was there is read whole
    writeSync(this.#fd, JSON.stringify(sent).padEnd(LENGTH), 0);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

function markPath(path: string): string {
  return `${path}.sent`;
}
