/**
 * Keeps the snapshots that a collector takes: each is written as it comes, and the oldest beyond a number of each
 * target are removed. Files have mode 0600, in a folder of mode 0700.
 *
 * A snapshot that finds no room fails, and leaves nothing behind; those after it are taken without a file until there is.
 */
import { access, constants, mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { LiveCheckpoint } from '../../agent/checkpoint.ts';
import type { SnapshotContext, SnapshotResult } from '../../agent/probe/snapshot.ts';
import type { SnapshotsConfig } from '../config/config.ts';
import type { Probes } from '../targets/probes.ts';
import { keptName, keptParts, namePart } from './snapshot-name.ts';

interface KeeperOptions extends SnapshotsConfig {
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Where a snapshot is written, and what there was room for when it began. */
interface Place {
  readonly output: string;
  readonly freeBytes: number;
}

type Heap = Pick<SnapshotContext, 'target' | 'isolate'>;
type ToFile = Pick<SnapshotContext, 'output'>;

/** What was begun and not ended since, its writer has left behind: it was killed. */
const ABANDONED_MS = 3_600_000;
const PARTIAL = /^\.heapwatch-[\da-f-]{36}\.partial$/;

export class SnapshotKeeper {
  readonly #options: KeeperOptions;
  /** Bytes that the next file has to find free, by target and isolate, as far as those before it tell. */
  readonly #neededBytes = new Map<string, number>();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** The same probes, whose snapshots are kept, those of checkpoints too. */
  around(probes: Probes): Probes {
    return {
      ...probes,
      snapshot: (agent, context) =>
        this.#keep(context, (file) => probes.snapshot(agent, { ...context, ...file }), itself),
      takeCheckpoint: async (agent, context) => {
        const take = (file: ToFile) => probes.takeCheckpoint(agent, { ...context, ...file });
        return this.#keeping(await this.#keep(context, take, ({ taken }) => taken), context);
      },
    };
  }

  /** The same checkpoint, whose later snapshots are kept as well. */
  #keeping(live: LiveCheckpoint, heap: Heap): LiveCheckpoint {
    const { label, isolate, takenAt, epoch, taken, voided } = live;
    return {
      ...{ label, isolate, takenAt, epoch, taken, voided },
      since: (options) => this.#keep(heap, (file) => live.since({ ...options, ...file }), itself),
      epochHolds: () => live.epochHolds(),
      [Symbol.asyncDispose]: () => live[Symbol.asyncDispose](),
    };
  }

  /** Takes a snapshot, into a file if there is a place for one. */
  async #keep<R>(heap: Heap, take: (file: ToFile) => Promise<R>, resultOf: (taken: R) => SnapshotResult): Promise<R> {
    const place = await this.#place(heap);
    if (!place) return await take({});
    const { output, freeBytes } = place;
    const key = keyOf(heap);
    try {
      const taken = await take({ output });
      this.#neededBytes.set(key, resultOf(taken).output?.bytes ?? 0);
      return taken;
    } catch (error) {
      // the agent's word for a file that could not be written; anything else says nothing of the disk
      if (error instanceof Error && error.message.startsWith(`Cannot write ${output}:`)) {
        this.#neededBytes.set(key, freeBytes + 1);
        this.#options.logger.error({ err: error, freeBytes }, 'snapshot not kept');
      }
      throw error;
    } finally {
      await this.#sweep(heap.target);
    }
  }

  /** Undefined, and told, where nothing can be written: the snapshot is worth its pause without a file too. */
  async #place(heap: Heap): Promise<Place | undefined> {
    const { dir, logger, now } = this.#options;
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await access(dir, constants.W_OK);
      const { bavail, bsize } = await statfs(dir);
      const freeBytes = bavail * bsize;
      const neededBytes = this.#neededBytes.get(keyOf(heap)) ?? 0;
      if (freeBytes >= neededBytes) return { output: join(dir, keptName(heap, now())), freeBytes };
      logger.error({ dir, freeBytes, neededBytes, ...told(heap) }, 'snapshot not kept: no room');
    } catch (error) {
      logger.error({ err: error, dir, ...told(heap) }, 'snapshot not kept');
    }
    return undefined;
  }

  /** Removes the oldest of a target beyond what is kept, and what was never ended. Touches no file that is not named by us. */
  async #sweep(target: string): Promise<void> {
    const { dir, keep, logger } = this.#options;
    try {
      const names = await readdir(dir);
      const kept = names.flatMap((name) => {
        const named = name.endsWith('.gz') ? undefined : keptParts(name);
        return named?.target === namePart(target) ? [{ name, takenAt: named.takenAt }] : [];
      });
      kept.sort((a, b) => (a.takenAt < b.takenAt ? 1 : -1));
      const old = kept.slice(keep).map(({ name }) => join(dir, name));
      const partial = names.filter((name) => PARTIAL.test(name)).map((name) => join(dir, name));
      for (const path of [...old, ...(await abandoned(partial))]) await rm(path, { force: true });
    } catch (error) {
      logger.warn({ err: error, dir }, 'old snapshots could not be removed');
    }
  }
}

function keyOf({ target, isolate }: Heap): string {
  return JSON.stringify([target, isolate]);
}

function told({ target, isolate }: Heap): { target: string; isolate: string } {
  return { target, isolate };
}

async function abandoned(paths: readonly string[]): Promise<string[]> {
  const ages = await Promise.all(
    paths.map(async (path) => {
      // a snapshot that has ended meanwhile has no partial file any more
      const stats = await stat(path).catch(() => undefined);
      return { path, isAbandoned: stats !== undefined && Date.now() - stats.mtimeMs > ABANDONED_MS };
    }),
  );
  return ages.filter(({ isAbandoned }) => isAbandoned).map(({ path }) => path);
}

function itself<T>(value: T): T {
  return value;
}
