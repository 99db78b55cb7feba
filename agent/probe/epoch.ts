/**
 * The span in which an isolate's object ids mean the same objects, held for as long as somebody needs it.
 *
 *     join ──> held-thread: its connection stays open       (V8 forgets ids when a session ends: hold.ts keeps ours)
 *              take ──> columns ──> analysis-thread: rows   (one after the other; the held thread computes nothing)
 *     leave ─> the last one: ids released, connection closed
 *
 * V8 does not tell when another inspector client, by leaving, has made it forget; and numbers that begin anew look like the
 * old ones: the same object at the same place gets the same id. So each snapshot carries a canary of three:
 *
 *     the sentinel, an object of ours from before, has the id that it had: before the snapshot, and after it
 *     the newborn, an object made just before the snapshot, has an id above all that were ever seen: ids only rise
 *     few ids belong to another object than at the checkpoint (since.ts, `recycled`)
 *
 * If one of them is missing the epoch is over: its checkpoints are void, and the snapshot begins the next epoch.
 */

import { randomUUID } from 'node:crypto';
import type { Agent } from '../attach/agent.ts';
import { Either } from '../base/either.ts';
import { DetachedError, epochError } from '../base/errors.ts';
import { untilAborted } from '../base/waiting.ts';
import type { Canary, HeldEvent, HeldOpen, HeldTake, HeldTaken } from '../capture/held-job.ts';
import type { OutputPaths } from '../capture/output.ts';
import { hold, whenFree } from '../cdp/hold.ts';
import { type Birthday, byAge } from '../classify/age.ts';
import { classifierNamed } from '../classify/classifiers.ts';
import { buffersOf, type PackedColumns } from '../parse/packed.ts';
import { areOfOneEpoch, type Checkpoint, maxIdOf } from '../partition/since.ts';
import type { Analysis, AnalysisEvent, AnalysisJob } from '../rows/analysis-job.ts';
import type { HoldersQuestion } from '../sets/holders.ts';
import { Conversation } from '../threads/conversation.ts';
import { programUrl } from '../threads/program.ts';
import { inThread } from '../threads/thread.ts';
import type { Run } from './measured.ts';

/** A checkpoint as its epoch knows it. */
export interface Member extends Birthday {
  /** Called once if the epoch ends before the checkpoint is released. */
  onVoid(why: Error): void;
}

/** One whose heap is compared with here; of others their owner keeps it. */
export interface KeptMember extends Member {
  readonly checkpoint: Checkpoint;
}

export interface TakeOptions {
  readonly by: readonly string[];
  readonly rows?: number;
  readonly output?: OutputPaths;
  /** Rows are what was born since this one. */
  readonly against?: KeptMember;
  /** Whether to make a checkpoint of it. */
  readonly keep?: boolean;
  /** Asked of what was born since `against`; without one, of the whole heap. */
  readonly holders?: HoldersQuestion;
}

export interface Taken extends Analysis {
  /** The epoch that the snapshot is of. */
  readonly epoch: string;
}

/** A snapshot for callers that compute by themselves. */
export interface TakenColumns {
  readonly columns: PackedColumns;
  readonly epoch: string;
  /** Ids of objects of ours, which belong in no row. */
  readonly ownIds: readonly number[];
  /** The highest odd id. */
  readonly maxId: number;
}

/** By inspector and isolate. */
const epochs = new Map<string, Promise<Epoch>>();

export class Epoch implements AsyncDisposable {
  readonly #key: string;
  readonly #url: string;
  readonly #agent: Agent;
  readonly #thread: Conversation;
  readonly #unhold: () => Promise<void>;
  readonly #members = new Set<Member>();
  readonly #isOver = new AbortController();
  #joined = 0;
  #id = randomUUID();
  /** 0 while no snapshot of this epoch has been taken. */
  #sentinel = 0;
  #maxId = 0;
  #heldSinceMs = 0;
  #ended: Error | undefined;
  #taking = 0;
  /** Settles when the last snapshot asked for has been taken and split. */
  #last: Promise<unknown> = Promise.resolve();

  /** Holds the ids of an isolate from its next snapshot on. Each join is ended by one dispose. @throws AttachError, RangeError */
  static async join(agent: Agent, isolate: string): Promise<Epoch> {
    const key = `${agent.inspectorUrl} ${isolate}`;
    const opening = epochs.get(key) ?? Epoch.#open(agent, isolate, key);
    epochs.set(key, opening);
    try {
      const epoch = await opening;
      epoch.#joined++;
      return epoch;
    } catch (error) {
      epochs.delete(key);
      throw error;
    }
  }

  static async #open(agent: Agent, isolate: string, key: string): Promise<Epoch> {
    const { inspectorUrl } = agent;
    const unhold = hold(inspectorUrl);
    const thread = new Conversation(programUrl('../capture/held-thread', import.meta.url));
    try {
      const job: HeldOpen = { inspectorUrl, isolate };
      await thread.ask('open', job);
    } catch (error) {
      await thread.terminate(error as Error);
      await unhold();
      throw error;
    }
    const epoch = new Epoch(key, agent, thread, unhold);
    agent.gone.addEventListener('abort', () => void epoch.#close(agent.gone.reason), { signal: epoch.#isOver.signal });
    if (agent.gone.aborted) void epoch.#close(agent.gone.reason);
    return epoch;
  }

  private constructor(key: string, agent: Agent, thread: Conversation, unhold: () => Promise<void>) {
    this.#key = key;
    this.#url = agent.inspectorUrl;
    this.#agent = agent;
    this.#thread = thread;
    this.#unhold = unhold;
    void thread.ended.then((error) => this.#end(error));
  }

  get id(): string {
    return this.#id;
  }

  /** What a partition says of the epoch that it is of; nothing where no checkpoint holds it. */
  get held(): { epoch: string; heldMs: number } | undefined {
    if (this.#members.size === 0) return undefined;
    return { epoch: this.#id, heldMs: Math.round(performance.now() - this.#heldSinceMs) };
  }

  /** The name of a classifier as its partitions give it; `age` is one while there are checkpoints. @throws RangeError */
  classifier(by: string): string {
    const birthdays = this.#birthdays();
    return classifierNamed(by, birthdays.length > 0 ? [byAge(birthdays)] : []).by;
  }

  /** A checkpoint holds the epoch `epoch` from now on; it is reported at once if that one is over already. */
  add(member: Member, epoch: string): void {
    if (this.#ended) member.onVoid(this.#ended);
    else if (epoch !== this.#id) member.onVoid(epochError(member.label));
    else this.#members.add(member);
  }

  remove(member: Member): void {
    this.#members.delete(member);
  }

  /** Asks V8 whether it still has our ids. @throws EpochError if it has forgotten them; DetachedError if the target has gone */
  async assertHolds(member: Member): Promise<void> {
    if (this.#ended) throw this.#ended;
    const sentinel = await this.#thread.ask<number>('sentinel').catch((error) => {
      throw this.#ended ?? error;
    });
    if (sentinel !== this.#sentinel) this.#renew();
    if (!this.#members.has(member)) throw epochError(member.label);
  }

  /** Takes a snapshot when those before it are done. @throws as `snapshot`; EpochError if it cannot be compared with `against` */
  take(options: TakeOptions, how: Run): Promise<Taken> {
    return this.#inTurn(() => this.#take(options, how), how);
  }

  /** As `take`, but gives the columns. */
  takeColumns(how: Run, against?: Member): Promise<TakenColumns> {
    return this.#inTurn(async () => {
      const { columns, canary } = await this.#receive(how, {}, against);
      const maxId = maxIdOf(columns);
      this.#maxId = Math.max(this.#maxId, maxId);
      return { columns, epoch: this.#id, ownIds: [canary.after, canary.newborn], maxId };
    }, how);
  }

  /** Somebody has seen that ids do not mean what they did: the epoch is over. */
  distrust(): void {
    this.#renew();
  }

  /** Lets go; the last one who does releases the ids and closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (--this.#joined > 0) return;
    epochs.delete(this.#key);
    if (this.#ended) return;
    // one that is in the middle of a snapshot gets no message: the end of its connection releases the ids too
    if (this.#taking === 0) await this.#thread.ask('release').catch(() => {});
    await whenFree(this.#url, () => this.#close(new DetachedError('Detached: object ids were released')));
    await this.#unhold();
  }

  /** Ends the connection, after a snapshot that the target is in the middle of (Connection.streamed), and the thread. */
  async #close(why: Error): Promise<void> {
    await this.#thread.ask('close').catch(() => {}); // where it cannot be ended in order it has ended already
    await this.#thread.terminate(why);
  }

  async #inTurn<T>(work: () => Promise<T>, how: Run): Promise<T> {
    const taking = this.#last.then(work);
    this.#last = taking.catch(() => {});
    // a caller that gives up does not end it
    this.#agent.holdOpen(taking);
    using given = new Either([how.signal, how.stop]);
    return await untilAborted(taking, given.signal);
  }

  async #take(options: TakeOptions, how: Run): Promise<Taken> {
    const { output, against } = options;
    const taken = await this.#receive(how, output ? { output } : {}, against);
    const epoch = this.#id;
    const analysis = await this.#analyse(taken, options, telling(how));
    if (epoch === this.#id) this.#maxId = Math.max(this.#maxId, analysis.maxId);
    if (against && !isBelievable(analysis)) {
      this.#renew();
      throw epochError(against.label);
    }
    return { ...analysis, epoch };
  }

  /** @throws EpochError if the snapshot is of another epoch than `against` */
  async #receive(how: Run, { output }: { output?: OutputPaths }, against: Member | undefined): Promise<HeldTaken> {
    how.signal.throwIfAborted();
    how.stop?.throwIfAborted();
    if (this.#ended) throw this.#ended;
    this.#taking++;
    try {
      const job: HeldTake = { startTimeoutMs: how.startTimeoutMs, bounds: how.bounds, ...(output && { output }) };
      const taken = await this.#thread.ask<HeldTaken>('take', job, telling(how));
      this.#follow(taken.canary);
      if (against && !this.#members.has(against)) throw epochError(against.label);
      return taken;
    } catch (error) {
      throw this.#ended ?? error;
    } finally {
      this.#taking--;
    }
  }

  #analyse(
    { columns, canary }: HeldTaken,
    { by, rows, against, keep = false, holders }: TakeOptions,
    onEvent: (event: AnalysisEvent) => void,
  ): Promise<Analysis> {
    const job: AnalysisJob = {
      columns,
      by,
      keep,
      birthdays: this.#birthdays(),
      ownIds: [canary.after, canary.newborn],
      ...(rows !== undefined && { rows }),
      ...(against && { against: against.checkpoint }),
      ...(holders && { holders }),
    };
    return inThread<AnalysisEvent, Analysis>(programUrl('../rows/analysis-thread', import.meta.url), job, {
      transfer: buffersOf(columns),
      onEvent,
    });
  }

  /** Oldest first. */
  #birthdays(): Birthday[] {
    return [...this.#members].map(({ label, maxId }) => ({ label, maxId }));
  }

  /** Goes on with the epoch if the canary lives, else begins the next. */
  #follow({ before, after, newborn }: Canary): void {
    const isFirst = this.#sentinel === 0;
    const lives = before === this.#sentinel && after === this.#sentinel && newborn > this.#maxId;
    if (!isFirst && !lives) this.#renew();
    if (this.#sentinel === 0) this.#heldSinceMs = performance.now();
    this.#sentinel = after;
  }

  #renew(): void {
    this.#id = randomUUID();
    this.#sentinel = 0;
    this.#maxId = 0;
    this.#invalidate(epochError);
  }

  #end(error: Error): void {
    if (this.#ended) return;
    this.#ended = error instanceof DetachedError ? error : new DetachedError(error.message, { cause: error });
    this.#isOver.abort();
    epochs.delete(this.#key);
    this.#invalidate(() => this.#ended as Error);
    // a thread whose connection has ended does not end by itself
    void this.#thread.terminate(this.#ended);
    void this.#unhold();
  }

  #invalidate(why: (label: string) => Error): void {
    const members = [...this.#members];
    this.#members.clear();
    for (const member of members) member.onVoid(why(member.label));
  }
}

/** Tells what happens for as long as somebody listens. */
function telling({ signal, stop, onEvent }: Run): (event: HeldEvent | AnalysisEvent) => void {
  return (event) => {
    if (!signal.aborted && !stop?.aborted) onEvent(event);
  };
}

function isBelievable({ rows }: Analysis): boolean {
  return rows.every(({ recycled = 0, since }) => areOfOneEpoch({ recycled, survived: since?.survived.count ?? 0 }));
}
