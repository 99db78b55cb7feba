/**
 * Keeps the snapshots that a collector takes: each is written as it comes, and the oldest beyond a number of each
 * target are removed. Files have mode 0600, in a folder of mode 0700.
 *
 * A snapshot that finds no room fails, and leaves nothing behind; those after it are taken without a file until there is.
 */
import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveCheckpoint } from '../../agent/probe/checkpoint.ts';
import type { SnapshotContext, SnapshotResult } from '../../agent/probe/snapshot.ts';
import { freshRedaction, type Redaction } from '../../agent/redact/redaction.ts';
import type { Probes } from '../targets/probes.ts';
import { keptName } from './snapshot-name.ts';
import { Sweeper, type SweeperOptions } from './sweeper.ts';

interface KeeperOptions extends SweeperOptions {
  /** Told when one more is kept. */
  readonly onKept?: () => void;
}

/** Where a snapshot is written, and what there was room for when it began. */
interface RoomForFile {
  readonly output: string;
  readonly freeBytes: number;
}

type Heap = Pick<SnapshotContext, 'target' | 'isolate'>;
type ToFile = Pick<SnapshotContext, 'output' | 'redaction'>;

/** Of a disk that is full; any other failure says nothing of the next file. */
const NO_ROOM = /: (?:no space left|disk quota exceeded|its disk has)/;

export class SnapshotKeeper implements Disposable {
  readonly #options: KeeperOptions;
  /** Bytes that the next file has to find free, by target and isolate, as far as those before it tell. */
  readonly #neededBytes = new Map<string, number>();

  readonly #sweeper: Sweeper;
  /** One key for all that this collector keeps: what they hold can be compared. */
  readonly #redaction: Redaction | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#sweeper = new Sweeper(options);
    this.#redaction = options.redaction && freshRedaction(options.redaction);
  }

  [Symbol.dispose](): void {
    this.#sweeper[Symbol.dispose]();
  }

  /** The same probes, whose snapshots are kept, those of checkpoints and the graphs of walks too. */
  around(probes: Probes): Probes {
    return {
      ...probes,
      snapshot: (agent, context) =>
        this.#keep(context, (file) => probes.snapshot(agent, { ...context, ...file }), itself),
      walkHolders: (agent, context) =>
        this.#keep(context, (file) => probes.walkHolders(agent, { ...context, ...file }), itself),
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
  async #keep<R>(
    heap: Heap,
    take: (file: ToFile) => Promise<R>,
    resultOf: (taken: R) => Pick<SnapshotResult, 'output'>,
  ): Promise<R> {
    const place = await this.#place(heap);
    if (!place) return await take({});
    const { output, freeBytes } = place;
    const key = keyOf(heap);
    try {
      const taken = await take({ output, ...(this.#redaction && { redaction: this.#redaction }) });
      this.#neededBytes.set(key, resultOf(taken).output?.bytes ?? 0);
      this.#options.onKept?.();
      return taken;
    } catch (error) {
      // the agent's word for a file that could not be written; anything else says nothing of the disk
      if (error instanceof Error && error.message.startsWith(`Cannot write ${output}:`)) {
        if (NO_ROOM.test(error.message)) this.#neededBytes.set(key, freeBytes + 1);
        this.#options.logger.error({ err: error, freeBytes }, 'snapshot not kept');
      }
      throw error;
    } finally {
      await this.#sweeper.sweep();
    }
  }

  /** Undefined, and told, where nothing can be written: the snapshot is worth its pause without a file too. */
  async #place(heap: Heap): Promise<RoomForFile | undefined> {
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
}

function keyOf({ target, isolate }: Heap): string {
  return JSON.stringify([target, isolate]);
}

function told({ target, isolate }: Heap): { target: string; isolate: string } {
  return { target, isolate };
}

function itself<T>(value: T): T {
  return value;
}
