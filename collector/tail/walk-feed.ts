/**
 * Follows a process of this machine whose inspector is not open, by its memory alone: it is walked at the pace that its time
 * allows. There are no gauges but its heap and RSS; what else a key asks for needs an inspector.
 */
import { DetachedError } from '../../agent/base/errors.ts';
import { parseTarget } from '../../agent/base/target.ts';
import { MAIN } from '../../agent/cdp/isolate-name.ts';
import { DEFAULT_LIMITS, limitObjection } from '../../agent/price/limits.ts';
import { Walker } from '../../agent/probe/walk.ts';
import { memoryOfPid } from '../../agent/probe/walked-memory.ts';
import { inspectorOf } from '../../agent/process/open.ts';
import { ProcessError, readProcess } from '../../agent/process/process.ts';
import type { Partition } from '../../protocol/partition.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { ALL } from '../../protocol/sum.ts';
import { WakeUp } from '../base/wake-up.ts';
import { stoppedOrNot } from '../measure/read-walk.ts';
import { objectionText } from '../targets/objection.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Feed } from './feed.ts';
import { PaceKeeper, type PaceOptions } from './pace.ts';
import { type Quote, refusalText } from './quote.ts';
import type { ProbeChoice, RowProbe, TailEvent } from './tail-event.ts';
import { untilStopped } from './until-stopped.ts';

/** How long a process may take to say whether one of its ports is an inspector's. */
const ASK_MS = 2_000;

export interface WalkFeedOptions extends Omit<PaceOptions, 'usageEveryMs'> {
  /** As the user gave it; the name in readings. */
  readonly target: string;
  readonly pid: number;
  /** `main`, `isolate:N`, or `all` that live. */
  readonly isolate: string;
  /** The person agreed to prices beforehand. */
  readonly yes: boolean;
  /** False leaves the process running while it is read; absent: it is stopped where there is what makes it go on again. */
  readonly stop?: boolean | undefined;
}

type Hear = (reading: TailEvent) => void;

/** The number of a process that is to be followed by its memory alone; undefined where an inspector is open, or is needed. */
export async function pidToWalk(
  target: string,
  { probe, isolate }: { readonly probe: ProbeChoice; readonly isolate: string },
  signal: AbortSignal,
): Promise<number | undefined> {
  const parsed = parseTarget(target);
  if (parsed.kind !== 'pid' || (probe !== 'auto' && probe !== 'walk') || isolate.startsWith('worker:'))
    return undefined;
  try {
    if (await inspectorOf(await readProcess(parsed.pid), { signal, timeoutMs: ASK_MS })) return undefined;
    await using _ = await Walker.open(await memoryOfPid(parsed.pid), signal);
    return parsed.pid;
  } catch (error) {
    signal.throwIfAborted();
    // an inspector may still tell it, and says better what is wrong
    if (probe === 'auto' || error instanceof ProcessError) return undefined;
    throw error;
  }
}

export class WalkFeed implements Feed {
  readonly target: string;
  readonly #options: WalkFeedOptions;
  readonly #pace: PaceKeeper;
  readonly #wakeUp = new WakeUp();
  #hear: Hear | undefined;
  #walker: Walker | undefined;
  #agreed: boolean;
  #paused = false;
  #dueAtMs = 0;
  #unshown = 0;

  constructor(options: WalkFeedOptions) {
    this.#options = options;
    this.target = options.target;
    this.#agreed = options.yes;
    // RSS is read from /proc with each walk: it costs the process nothing
    this.#pace = new PaceKeeper({ ...options, usageEveryMs: Number.POSITIVE_INFINITY });
  }

  async run(hear: Hear, signal: AbortSignal): Promise<void> {
    this.#hear = hear;
    await untilStopped(signal, this.#wakeUp, () => this.#follow(hear, signal));
  }

  choose(choice: ProbeChoice, agreed: boolean): void {
    if (choice !== 'auto' && choice !== 'walk') this.#needsInspector(choice);
    this.#agreed = agreed || this.#options.yes;
    this.#readSoon();
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.#wakeUp.wake();
  }

  async price(_target: string, probe: RowProbe): Promise<Quote | null> {
    return probe === 'walk' && this.#walker ? await this.#quote(this.#walker) : null;
  }

  take(_target: string, probe: RowProbe): void {
    if (probe === 'walk') this.#readSoon();
    else this.#needsInspector(probe);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#walker?.[Symbol.asyncDispose]();
  }

  async #follow(hear: Hear, signal: AbortSignal): Promise<void> {
    const { target } = this;
    const walker = await Walker.open(await memoryOfPid(this.#options.pid), signal);
    this.#walker = walker;
    hear({ is: 'state', target, state: { state: 'attached', ...walker.incarnation } });
    while (!signal.aborted) {
      const nowMs = performance.now();
      if (!this.#paused && this.#dueAtMs <= nowMs) await this.#next(walker, hear, signal);
      await this.#wakeUp.wait(this.#paused ? Number.POSITIVE_INFINITY : this.#dueAtMs - performance.now());
    }
  }

  /** Reads it, or says why not; when it is next due is known then. @throws DetachedError where it has ended */
  async #next(walker: Walker, hear: Hear, signal: AbortSignal): Promise<void> {
    const { target } = this;
    const startedAtMs = performance.now();
    this.#dueAtMs = startedAtMs + this.#pace.everyMs;
    try {
      const quote = await this.#quote(walker, signal);
      const isRead = quote.objection === undefined || this.#agreed;
      if (isRead) await this.#read(walker, hear, signal);
      else hear({ is: 'note', target, text: refusalText('walk', quote) });
      // what it has cost says when the next one may be
      this.#dueAtMs = Math.max(startedAtMs + this.#pace.everyMs, performance.now());
      const { everyMs, shareRatio } = this.#pace;
      hear({ is: 'pace', target, pace: { probe: isRead ? 'walk' : null, everyMs, shareRatio } });
    } catch (error) {
      if (signal.aborted || error instanceof DetachedError || error instanceof UsageError) throw error;
      hear({ is: 'note', target, text: reasonOf(error) });
    }
  }

  async #read(walker: Walker, hear: Hear, signal: AbortSignal): Promise<void> {
    const { target } = this;
    hear({ is: 'probing', target, probe: 'walk' });
    const say = (text: string) => hear({ is: 'note', target, text });
    const partitions = await stoppedOrNot(
      (stop) => walker.walk({ target, stop, signal }),
      this.#options.stop === false ? false : undefined,
      { say },
    );
    // the stop is of all isolates, and reported with each
    this.#pace.probed(partitions[0]?.cost?.pauseMs ?? 0);
    for (const partition of this.#wanted(partitions)) hear({ is: 'partition', partition });
    this.#tellUnshown(partitions.length - 1, hear);
    const heapUsedBytes = partitions.reduce((bytes, partition) => bytes + (partition.heapUsedBytes ?? 0), 0);
    const { rssBytes } = await readProcess(this.#options.pid).catch(() => ({ rssBytes: 0 })); // it has ended
    hear({ is: 'outside', target, heapUsedBytes, rssBytes });
  }

  #tellUnshown(workers: number, hear: Hear): void {
    if (this.#options.isolate !== MAIN || workers === this.#unshown) return;
    this.#unshown = workers;
    hear({ is: 'unshown', target: this.target, workers });
  }

  /** @throws UsageError for an isolate that there is not */
  #wanted(partitions: readonly Partition[]): readonly Partition[] {
    const { isolate } = this.#options;
    if (isolate === ALL) return partitions;
    const found = partitions.filter((partition) => partition.isolate === isolate);
    if (found.length > 0) return found;
    const names = partitions.map((partition) => partition.isolate).join(', ');
    throw new UsageError(`Cannot follow ${isolate} of ${this.target}: it has ${names}`);
  }

  async #quote(walker: Walker, signal?: AbortSignal): Promise<Quote> {
    const price = await walker.forecast(signal);
    const { pauseMs, extraBytes } = price;
    const objection = this.#options.stop === false ? null : limitObjection(price, DEFAULT_LIMITS);
    return { pauseMs, extraBytes, ...(objection && { objection: objectionText(objection) }) };
  }

  #readSoon(): void {
    this.#dueAtMs = 0;
    this.#wakeUp.wake();
  }

  #needsInspector(probe: RowProbe): void {
    const text = `${probe} needs an inspector, and none is open: heapwatch tail ${this.target} --probe ${probe} opens it`;
    this.#hear?.({ is: 'note', target: this.target, text });
  }
}
