/**
 * Keeps a folder of snapshots within its bounds, at the start, every ten minutes and after each snapshot:
 *
 *     the newest `keep` of each target, those that have gone too ─> none older than `maxAge` ─> `maxBytes` in all
 *     half-written files whose writer is no more
 *
 * Touches no file that is not named by us.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { SnapshotsConfig } from '../config/snapshots-config.ts';
import { keptParts } from './snapshot-name.ts';

export interface SweeperOptions extends SnapshotsConfig {
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Kept {
  readonly path: string;
  readonly target: string;
  readonly takenAt: string;
  readonly bytes: number;
}

const EVERY_MS = 10 * 60_000;
/** A half-written file that was not written to for so long has no writer; one that does not tell its writer, at the start. */
const ABANDONED_MS = 3_600_000;
const AT_START_MS = 60_000;
const PARTIAL = /^\.heapwatch-(?:(?<pid>\d+)-)?[\da-f]{8}-[\da-f-]{27}\.partial$/;

export class Sweeper implements Disposable {
  readonly #options: SweeperOptions;
  readonly #timer: NodeJS.Timeout;
  #sweeping: Promise<void>;

  constructor(options: SweeperOptions) {
    this.#options = options;
    this.#sweeping = this.#sweep(AT_START_MS);
    this.#timer = setInterval(() => void this.sweep(), EVERY_MS);
    this.#timer.unref();
  }

  /** Resolves when all is within its bounds. */
  sweep(): Promise<void> {
    this.#sweeping = this.#sweeping.then(() => this.#sweep(ABANDONED_MS));
    return this.#sweeping;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #sweep(silentMs: number): Promise<void> {
    const { dir, logger } = this.#options;
    try {
      const names = await readdir(dir);
      for (const name of names.filter((each) => PARTIAL.test(each))) {
        if (await this.#isAbandoned(name, silentMs)) await rm(join(dir, name), { force: true });
      }
      for (const { path } of this.#excess(await this.#kept(names))) await rm(path, { force: true });
    } catch (error) {
      // a folder that is not there yet holds nothing
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      logger.warn({ err: error, dir }, 'old snapshots could not be removed');
    }
  }

  async #kept(names: readonly string[]): Promise<Kept[]> {
    const kept: Kept[] = [];
    for (const name of names) {
      const named = name.endsWith('.gz') ? undefined : keptParts(name);
      if (!named) continue;
      const path = join(this.#options.dir, name);
      const { size = 0 } = (await stat(path).catch(() => undefined)) ?? {};
      kept.push({ path, target: named.target, takenAt: named.takenAt, bytes: size });
    }
    return kept.sort((a, b) => (a.takenAt < b.takenAt ? 1 : -1));
  }

  /** @param kept newest first */
  #excess(kept: readonly Kept[]): Kept[] {
    const { keep, maxAgeMs = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY, now } = this.#options;
    const ofTarget = new Map<string, number>();
    let bytes = 0;
    return kept.filter((each) => {
      const count = (ofTarget.get(each.target) ?? 0) + 1;
      ofTarget.set(each.target, count);
      if (count > keep || now() - Date.parse(each.takenAt) > maxAgeMs) return true;
      bytes += each.bytes;
      return bytes > maxBytes;
    });
  }

  async #isAbandoned(name: string, silentMs: number): Promise<boolean> {
    const pid = Number(PARTIAL.exec(name)?.groups?.pid ?? Number.NaN);
    // one of ours at the start is of a process that had our number before; later it is ours, whatever the clock says
    if (pid === process.pid) return silentMs === AT_START_MS;
    if (!Number.isNaN(pid) && !isAlive(pid)) return true;
    // a snapshot that has ended meanwhile has no partial file any more
    const stats = await stat(join(this.#options.dir, name)).catch(() => undefined);
    return stats !== undefined && Date.now() - stats.mtimeMs > silentMs;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
