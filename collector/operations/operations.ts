/**
 * The long work of a collector: who asked for it, how far it has come, how it ended, and how it is cancelled.
 *
 *     begin ─> waiting ─> running, progress … ─> done │ failed │ cancelled      the last of those that have ended are kept
 *                 └──────────┴── cancel ─> its signal
 *
 * Work that is done on behalf of an operation finds it by `current`, whatever lies between the two.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Operation } from '../../protocol/operations.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { RequestError } from '../../protocol/requests.ts';

/** Of those that have ended. */
const KEPT = 100;
/** A message of an operation's end. */
const MAX_REASON = 300;

export type NewOperation = Pick<Operation, 'kind' | 'what' | 'by' | 'target' | 'isolate'>;

/** Somebody has cancelled it. */
class CancelledError extends RequestError {
  override name = 'CancelledError';
  constructor(by: string) {
    super('refused', `Cannot go on: ${by} has cancelled it`);
  }
}

export class RunningOperation {
  readonly #shown: { -readonly [K in keyof Operation]: Operation[K] };
  readonly #cancelled = new AbortController();

  constructor(operation: NewOperation, startedAt: string) {
    const { kind, what, target, isolate, by } = operation;
    const place = { ...(target !== undefined && { target }), ...(isolate !== undefined && { isolate }) };
    this.#shown = { id: randomUUID(), kind, what, ...place, by, startedAt, state: 'waiting' };
  }

  get shown(): Operation {
    return { ...this.#shown };
  }

  /** Aborted, with a CancelledError, when it is cancelled. */
  get signal(): AbortSignal {
    return this.#cancelled.signal;
  }

  /** It is at work. @param uncancellable why it cannot be cancelled from now on */
  run(phase: string, uncancellable?: string): void {
    this.#shown.state = 'running';
    this.#shown.phase = phase;
    if (uncancellable === undefined) delete this.#shown.uncancellable;
    else this.#shown.uncancellable = uncancellable;
  }

  progress(progress: NonNullable<Operation['progress']>): void {
    this.#shown.progress = progress;
  }

  /** @throws RequestError */
  cancel(by: string): void {
    const { state, uncancellable } = this.#shown;
    if (state !== 'waiting' && state !== 'running') throw new RequestError('not-found', 'Cannot cancel: it is over');
    if (uncancellable !== undefined) throw new RequestError('refused', `Cannot cancel: ${uncancellable}`);
    this.#cancelled.abort(new CancelledError(by));
  }

  end(endedAt: string, failure?: { readonly error: unknown }): void {
    const isCancelled = failure !== undefined && this.signal.aborted;
    this.#shown.state = failure === undefined ? 'done' : isCancelled ? 'cancelled' : 'failed';
    this.#shown.endedAt = endedAt;
    delete this.#shown.uncancellable;
    delete this.#shown.phase;
    if (failure === undefined) return;
    const { reason } = this.signal as { reason?: unknown };
    this.#shown.reason = reasonOf(isCancelled ? reason : failure.error).slice(0, MAX_REASON);
  }
}

export class Operations {
  readonly #now: () => number;
  readonly #running = new Map<string, RunningOperation>();
  readonly #ended: Operation[] = [];
  readonly #current = new AsyncLocalStorage<RunningOperation>();

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The operation that this work is part of. */
  get current(): RunningOperation | undefined {
    return this.#current.getStore();
  }

  /** Those that run, the oldest first, and then the last that have ended. */
  list(): Operation[] {
    return [...[...this.#running.values()].map(({ shown }) => shown), ...this.#ended.toReversed()];
  }

  /** Does `work` as an operation that can be followed. @throws what `work` throws; CancelledError */
  async during<T>(operation: NewOperation, work: (running: RunningOperation) => Promise<T>): Promise<T> {
    const running = new RunningOperation(operation, this.#at());
    const { id } = running.shown;
    this.#running.set(id, running);
    try {
      const result = await work(running);
      this.#end(running);
      return result;
    } catch (error) {
      this.#end(running, { error });
      throw running.signal.aborted ? running.signal.reason : error;
    }
  }

  /** Does `work` as a part of `running`, also where it was asked for elsewhere. */
  within<T>(running: RunningOperation, work: () => T): T {
    return this.#current.run(running, work);
  }

  /** @throws RequestError `not-found`, `refused` */
  cancel(id: string, by: string): Operation {
    const running = this.#running.get(id);
    if (!running) throw new RequestError('not-found', `Cannot cancel "${id}": no operation that runs has this id`);
    running.cancel(by);
    return running.shown;
  }

  #end(running: RunningOperation, failure?: { readonly error: unknown }): void {
    running.end(this.#at(), failure);
    this.#running.delete(running.shown.id);
    this.#ended.push(running.shown);
    if (this.#ended.length > KEPT) this.#ended.shift();
  }

  #at(): string {
    return new Date(this.#now()).toISOString();
  }
}
