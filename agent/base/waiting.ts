/** Waiting that ends by itself: with a signal, or when its time is over. */
import { setTimeout as pass } from 'node:timers/promises';
import { humanDuration } from '../../protocol/human.ts';
import { Either } from './either.ts';

/** Resolves after `ms`, or early when the signal is aborted; never rejects. @param ref false: it keeps no program running */
export async function sleep(ms: number, signal?: AbortSignal, { ref = true }: { ref?: boolean } = {}): Promise<void> {
  await pass(ms, undefined, { ref, ...(signal && { signal }) }).catch(() => {
    // nobody waits any more
  });
}

/** Resolves after `ms`. @throws the reason of the signal, once it is aborted */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, signal);
  signal?.throwIfAborted();
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Gives what `work` gives, if it comes before the signal is aborted. @throws what `work` throws; the reason of the signal */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const isOver = new AbortController();
  try {
    return await new Promise<T>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { signal: isOver.signal });
      work.then(resolve, reject);
      if (signal.aborted) reject(signal.reason);
    });
  } finally {
    isOver.abort();
  }
}

/** Gives what `work` gives, or undefined if that takes longer than `ms`. @throws what `work` throws in time */
export async function atMost<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const isOver = new AbortController();
  try {
    return await Promise.race([work, sleep(ms, isOver.signal).then(() => undefined)]);
  } finally {
    isOver.abort();
  }
}

/** The same, where no answer is an error: `Cannot ${what}: no answer within 2 s`. @throws DOMException `TimeoutError` */
export function within<T>(timeoutMs: number, what: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(noAnswer(what, timeoutMs));
    const timer = setTimeout(late, timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * A signal that is aborted with another one or after a time, until it is disposed. (AbortSignal.timeout does not keep a
 * program running, and in Node 20 may be collected before its time has come.)
 */
export class Timeout implements Disposable {
  readonly #either: Either;
  readonly #timer: NodeJS.Timeout;

  /** @param what says in the reason what could not be done: `Cannot ${what}: no answer within 2 s` */
  constructor(ms: number, signal?: AbortSignal, what?: string) {
    const reason = () =>
      what === undefined ? timeoutError(`not done within ${humanDuration(ms)}`) : noAnswer(what, ms);
    const late = new AbortController();
    this.#timer = setTimeout(() => late.abort(reason()), ms);
    this.#either = new Either([signal, late.signal]);
  }

  get signal(): AbortSignal {
    return this.#either.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#either[Symbol.dispose]();
  }
}

function noAnswer(what: string, afterMs: number): DOMException {
  return timeoutError(`Cannot ${what}: no answer within ${humanDuration(afterMs)}`);
}

function timeoutError(message: string): DOMException {
  return new DOMException(message, 'TimeoutError');
}
