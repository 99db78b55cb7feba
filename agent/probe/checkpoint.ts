/**
 * heapy's `setrelheap` on a live target: later partitions show what was born since, and, beyond heapy, what was freed and
 * what survived.
 *
 *     await using a = await takeCheckpoint(agent, { target: 'api', isolate: 'main', by: ['kind'], label: 'a' });
 *     …
 *     const { partitions } = await a.since();
 *
 * Checkpoints of one isolate share its object ids: several may stand side by side, and the classifier `age` (of `snapshot`)
 * tells between which of them an object was born. While one is held, minor collections of the target take 4 to 13
 * times as long; and any other inspector client that leaves makes V8 forget the ids. Then the checkpoint is void, and
 * says so: it gives no number. The heap is not kept alive by it, only its ids: 16 bytes an object, in this process.
 */
import type { Since } from '../../protocol/partition.ts';
import type { Agent } from '../attach/agent.ts';
import { DetachedError, EpochError } from '../base/errors.ts';
import { type OutputPaths, withSnapshotFile } from '../capture/output.ts';
import { type Checkpoint, kindsBy } from '../partition/since.ts';
import { Epoch, type KeptMember, type Taken, type TakeOptions } from './epoch.ts';
import { type Measured, measured, partitionOf, type Run, takenAt } from './measured.ts';
import { type SnapshotContext, type SnapshotResult, snapshotResult } from './snapshot.ts';

export interface CheckpointContext extends SnapshotContext {
  /** Names it in what is relative to it. */
  readonly label: string;
}

export interface SinceOptions extends Partial<Omit<SnapshotContext, 'target' | 'isolate'>> {}

/** A checkpoint that is held. Disposing the last one of an isolate releases its object ids. */
export interface LiveCheckpoint extends AsyncDisposable {
  readonly label: string;
  readonly isolate: string;
  readonly takenAt: string;
  /** The span in which ids mean what they did when it was taken. */
  readonly epoch: string;
  /** The whole heap at the time. */
  readonly taken: SnapshotResult;
  /** Settles once, never rejects, with why nothing can be compared with it any more; stays pending if it is released before. */
  readonly voided: Promise<Error>;
  /**
   * Takes a snapshot and gives what was born since, freed since, and survived: a partition for each of `by`, which the
   * checkpoint was taken by (default: all of those). What `holders` asks is asked of what was born.
   * @throws EpochError when ids were reset; RangeError for another classifier; and as `snapshot`
   */
  since(options?: SinceOptions): Promise<SnapshotResult>;
  /**
   * Whether ids mean what they did, as far as that is seen without a snapshot: false is certain, true is not if another
   * client has taken a snapshot since the ids were reset. `since` sees that too.
   */
  epochHolds(): Promise<boolean>;
}

/**
 * Takes a snapshot and keeps of it what later ones are compared with.
 * @throws as `snapshot`
 */
export async function takeCheckpoint(agent: Agent, context: CheckpointContext): Promise<LiveCheckpoint> {
  const epoch = await Epoch.join(agent, context.isolate);
  try {
    return await take(agent, context, epoch);
  } catch (error) {
    await epoch[Symbol.asyncDispose]();
    throw error;
  }
}

async function take(agent: Agent, context: CheckpointContext, epoch: Epoch): Promise<LiveCheckpoint> {
  const by = context.by.map((each) => epoch.classifier(each));
  const read = await reading(agent, context, epoch, { by, keep: true });
  return new HeldCheckpoint(agent, { ...context, by }, epoch, read);
}

interface CheckpointReading {
  readonly taken: Taken;
  readonly seen: Measured;
  readonly output: OutputPaths | undefined;
}

/** One snapshot of the epoch, and what it cost. */
async function reading(
  agent: Agent,
  context: SnapshotContext,
  epoch: Epoch,
  options: TakeOptions,
): Promise<CheckpointReading> {
  const { rows, holders } = context;
  return await withSnapshotFile(context, async (output) => {
    const optional = { ...(rows !== undefined && { rows }), ...(output && { output }), ...(holders && { holders }) };
    const run = (how: Run) => epoch.take({ ...options, ...optional }, how);
    const { result: taken, measured: seen } = await measured(agent, context, run);
    return { taken, seen, output };
  });
}

class HeldCheckpoint implements LiveCheckpoint {
  readonly label: string;
  readonly isolate: string;
  readonly takenAt: string;
  readonly epoch: string;
  readonly taken: SnapshotResult;
  readonly voided: Promise<Error>;
  readonly #agent: Agent;
  readonly #context: CheckpointContext;
  readonly #held: Epoch;
  readonly #member: KeptMember;
  #why: Error | undefined;
  #released: Promise<void> | undefined;

  constructor(agent: Agent, context: CheckpointContext, epoch: Epoch, { taken, seen, output }: CheckpointReading) {
    const { label, isolate } = context;
    this.label = label;
    this.isolate = isolate;
    this.takenAt = takenAt(seen);
    this.epoch = taken.epoch;
    const partitions = taken.rows.map((each) => partitionOf(agent, context, seen, each, { label, epoch: taken.epoch }));
    this.taken = snapshotResult(partitions, taken, seen, output);
    this.#agent = agent;
    // a file and a question are of one snapshot
    const { output: _, holders: __, ...wanted } = context;
    this.#context = wanted;
    this.#held = epoch;
    let settle!: (why: Error) => void;
    this.voided = new Promise((resolve) => {
      settle = resolve;
    });
    const onVoid = (why: Error) => {
      this.#why = why;
      settle(why);
    };
    this.#member = { label, maxId: taken.maxId, checkpoint: taken.checkpoint as Checkpoint, onVoid };
    epoch.add(this.#member, taken.epoch);
  }

  async since(options: SinceOptions = {}): Promise<SnapshotResult> {
    this.#assertUsable();
    const { label: _, ...context } = this.#context;
    const wanted = { ...context, ...options };
    const by = wanted.by.map((each) => kindsBy(this.#member.checkpoint, this.#held.classifier(each)).by);
    await this.#held.assertHolds(this.#member);
    const how = { by, against: this.#member };
    const { taken, seen, output } = await reading(this.#agent, wanted, this.#held, how);
    const partitions = taken.rows.map(({ since, recycled: _, ...rows }) => {
      const relative: Since = {
        checkpoint: this.label,
        takenAt: this.takenAt,
        ...(since as NonNullable<typeof since>),
      };
      const { label } = options;
      return partitionOf(this.#agent, wanted, seen, rows, {
        ...this.#held.held,
        ...(label !== undefined && { label }),
        since: relative,
      });
    });
    return snapshotResult(partitions, taken, seen, output);
  }

  async epochHolds(): Promise<boolean> {
    if (this.#released !== undefined || this.#why) return false;
    try {
      await this.#held.assertHolds(this.#member);
      return true;
    } catch (error) {
      if (error instanceof EpochError || error instanceof DetachedError) return false;
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#held.remove(this.#member);
    this.#released ??= this.#held[Symbol.asyncDispose]();
    return this.#released;
  }

  /** @throws why it cannot be compared with */
  #assertUsable(): void {
    if (this.#released !== undefined)
      throw new RangeError(`Cannot compare with checkpoint "${this.label}": it was released`);
    if (this.#why) throw this.#why;
  }
}
