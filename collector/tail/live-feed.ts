/**
 * Follows one process: its gauges every second, its kinds at the pace that the target's time allows. One thing at a time: what
 * a person asks for first, then what is due.
 */
import { type Agent, attach } from '../../agent/attach/agent.ts';
import type { Condition } from '../../agent/attach/condition.ts';
import { watchCondition } from '../../agent/attach/condition-watch.ts';
import { standstill } from '../../agent/attach/standstill.ts';
import { DetachedError } from '../../agent/base/errors.ts';
import { Timeout } from '../../agent/base/waiting.ts';
import { MAIN } from '../../agent/cdp/isolate-name.ts';
import { incarnationOf } from '../../protocol/incarnation.ts';
import type { Cost } from '../../protocol/partition.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { WakeUp } from '../base/wake-up.ts';
import type { Feed } from './feed.ts';
import { PaceKeeper } from './pace.ts';
import { ProgramMarks } from './program-marks.ts';
import { type Quote, refusalText } from './quote.ts';
import { liveRowProbes, type RowContext, type RowProbes } from './row-probes.ts';
import type { ProbeChoice, RowProbe, TailEvent } from './tail-event.ts';
import { untilStopped } from './until-stopped.ts';

const USAGE_EVERY_MS = 1_000;
/** How often it is asked for its workers where they are not followed. */
const WORKERS_EVERY_MS = 5_000;
/** Where its memory is costs it nothing to be told, and us some tenths of a second. */
const MEMORY_EVERY_MS = 60_000;
/** A hundredth of our time. */
const MEMORY_RATIO = 0.01;
/** A target that has not given its gauges for so long is looked at. */
const ANSWER_MS = 2_000;

/**
 * What a target loses by a probe for each millisecond of its pause: V8 collects with helper threads too, which are the
 * program's where cores are few, and a census clears V8's inline caches, so that hot code is slow for a while after it. From
 * above; scripts/bench/tail.ts measures it.
 */
const LOST_FOR_PAUSED: Readonly<Record<RowProbe, number>> = { walk: 1, types: 1.5, census: 1.5, snapshot: 1.2 };

export interface LiveFeedOptions {
  /** As the user gave it; the name in readings. */
  readonly target: string;
  /** `main`, `worker:N`, or `all` that live. */
  readonly isolate: string;
  readonly choice: ProbeChoice;
  readonly everyMs: number;
  readonly maxShareRatio: number;
  /** The person agreed to prices beforehand. */
  readonly yes: boolean;
  /** Of a walk: false leaves the target running while it is read. Default true. */
  readonly stop?: boolean | undefined;
  /** Glob of the program's own performance marks that are to be reported; absent: none. */
  readonly programMarks?: string | undefined;
  /** Default: the agent's. */
  readonly probes?: RowProbes;
}

type Hear = (reading: TailEvent) => void;

export class LiveFeed implements Feed {
  readonly target: string;
  readonly #options: LiveFeedOptions;
  readonly #probes: RowProbes;
  readonly #pace: PaceKeeper;
  readonly #marks: ProgramMarks | undefined;
  readonly #wakeUp = new WakeUp();
  readonly #wanted: RowProbe[] = [];
  #agent: Agent | undefined;
  #choice: ProbeChoice;
  /** To the price of the choice, whatever limit it is over. */
  #agreed: boolean;
  #paused = false;
  /** As it was when it was looked at. */
  #condition: Condition = 'running';
  #usageDueAtMs = 0;
  #rowsDueAtMs = 0;
  #memoryDueAtMs = 0;
  #workersDueAtMs = 0;
  #unshown = 0;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.target = options.target;
    this.#probes = options.probes ?? liveRowProbes;
    this.#pace = new PaceKeeper({ ...options, usageEveryMs: USAGE_EVERY_MS });
    this.#marks = options.programMarks === undefined ? undefined : new ProgramMarks(options.programMarks);
    this.#choice = options.choice;
    this.#agreed = options.yes;
  }

  async run(hear: Hear, signal: AbortSignal): Promise<void> {
    await untilStopped(signal, this.#wakeUp, () => this.#follow(hear, signal));
  }

  choose(choice: ProbeChoice, agreed: boolean): void {
    this.#choice = choice;
    this.#agreed = agreed || this.#options.yes;
    this.#rowsDueAtMs = 0;
    this.#wakeUp.wake();
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.#wakeUp.wake();
  }

  async price(_target: string, probe: RowProbe): Promise<Quote | null> {
    if (!this.#agent) return null;
    using limit = new Timeout(ANSWER_MS, undefined, 'list isolates');
    const [context] = await this.#contexts(this.#agent, limit.signal);
    return context ? await this.#probes.quote(this.#agent, probe, context) : null;
  }

  take(_target: string, probe: RowProbe): void {
    this.#wanted.push(probe);
    this.#wakeUp.wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent?.close();
  }

  async #follow(hear: Hear, signal: AbortSignal): Promise<void> {
    const { target } = this;
    const agent = await attach(target, { signal });
    this.#agent = agent;
    let gone: DetachedError | undefined;
    void agent.closed.then((error) => {
      gone = error;
      this.#wakeUp.wake();
    });
    hear({
      is: 'state',
      target,
      state: { state: 'attached', ...incarnationOf(agent.identity), nodeVersion: agent.identity.nodeVersion },
    });
    const looking = watchCondition(agent, (condition, why) => this.#tellCondition(hear, condition, why));
    looking.catch((error) => hear({ is: 'note', target, text: reasonOf(error) }));
    while (!signal.aborted && !gone) {
      try {
        await this.#wakeUp.wait(await this.#next(agent, hear, signal));
      } catch (error) {
        if (signal.aborted || gone || error instanceof DetachedError) continue;
        await this.#stumbled(agent, error, hear);
      }
    }
    if (gone && !signal.aborted) throw gone;
  }

  /** Does what is to be done now; gives the milliseconds until there is more. */
  async #next(agent: Agent, hear: Hear, signal: AbortSignal): Promise<number> {
    const wanted = this.#wanted.shift();
    const nowMs = performance.now();
    if (wanted) {
      await this.#read(agent, wanted, hear, signal);
      return 0;
    }
    if (this.#paused) return Number.POSITIVE_INFINITY;
    if (this.#usageDueAtMs <= nowMs) {
      await this.#readUsage(agent, hear, signal);
      return 0;
    }
    if (this.#rowsDueAtMs <= nowMs) {
      await this.#readRows(agent, hear, signal);
      return 0;
    }
    if (this.#memoryDueAtMs <= nowMs) void this.#readMemory(agent, hear, signal);
    return Math.min(this.#usageDueAtMs, this.#rowsDueAtMs) - nowMs;
  }

  async #readUsage(agent: Agent, hear: Hear, signal: AbortSignal): Promise<void> {
    const startedAtMs = performance.now();
    this.#usageDueAtMs = startedAtMs + this.#pace.usageEveryMs;
    using limit = new Timeout(ANSWER_MS, signal, 'read usage');
    for (const context of await this.#contexts(agent, limit.signal)) {
      hear({ is: 'usage', usage: await this.#probes.usage(agent, context) });
      for (const mark of (await this.#marks?.read(agent, context)) ?? []) hear(mark);
    }
    this.#pace.usageRead(performance.now() - startedAtMs);
    // in a debugger's pause it answers too
    if (this.#condition !== 'paused') this.#tellCondition(hear, 'running');
    if (this.#options.isolate === MAIN && this.#workersDueAtMs <= performance.now())
      await this.#tellUnshown(agent, hear);
  }

  /** Says how many workers live beside the main isolate that is followed. */
  async #tellUnshown(agent: Agent, hear: Hear): Promise<void> {
    this.#workersDueAtMs = performance.now() + WORKERS_EVERY_MS;
    const { length } = (await agent.isolates()).filter((name) => name !== MAIN);
    if (length === this.#unshown) return;
    this.#unshown = length;
    hear({ is: 'unshown', target: this.target, workers: length });
  }

  /** Beside all else: it asks nothing of the target. Never rejects. */
  async #readMemory(agent: Agent, hear: Hear, signal: AbortSignal): Promise<void> {
    this.#memoryDueAtMs = Number.POSITIVE_INFINITY;
    let everyMs = MEMORY_EVERY_MS;
    try {
      const memory = await this.#probes.memory(agent, { target: this.target, signal });
      if (memory === 'busy') everyMs = USAGE_EVERY_MS;
      else if (memory === null) everyMs = Number.POSITIVE_INFINITY;
      else if (!signal.aborted) {
        hear({ is: 'memory', memory });
        everyMs = Math.max(everyMs, memory.tookMs / MEMORY_RATIO);
      }
    } catch {
      everyMs = Number.POSITIVE_INFINITY; // it may not be read, or has gone: which is said elsewhere
    }
    this.#memoryDueAtMs = performance.now() + everyMs;
  }

  async #readRows(agent: Agent, hear: Hear, signal: AbortSignal): Promise<void> {
    const startedAtMs = performance.now();
    this.#rowsDueAtMs = startedAtMs + this.#pace.everyMs;
    const probe = await this.#affordable(agent, hear, signal);
    if (probe) {
      this.#pace.probed(await this.#read(agent, probe, hear, signal));
      // what it has cost says when the next one may be; a target is not read again the moment it runs
      this.#rowsDueAtMs = Math.max(startedAtMs + this.#pace.everyMs, performance.now());
    }
    const { everyMs, shareRatio } = this.#pace;
    hear({ is: 'pace', target: this.target, pace: { probe, everyMs, shareRatio } });
  }

  /** The probe that the choice comes to at today's prices; null, with a note, if there is none. */
  async #affordable(agent: Agent, hear: Hear, signal: AbortSignal): Promise<RowProbe | null> {
    const [context] = await this.#contexts(agent, signal);
    if (!context) return null;
    const candidates: readonly RowProbe[] = this.#choice === 'auto' ? await this.#automatic(agent) : [this.#choice];
    const quotes: [RowProbe, Quote][] = [];
    for (const probe of candidates) {
      const quote = await this.#probes.quote(agent, probe, context);
      if (quote.objection === undefined) return probe;
      quotes.push([probe, quote]);
    }
    // the last one is the cheapest
    const [probe, quote] = quotes.at(-1)!;
    if (this.#agreed && !quote.deadly) return probe;
    hear({ is: 'note', target: this.target, text: refusalText(probe, quote) });
    return null;
  }

  async #automatic(agent: Agent): Promise<readonly RowProbe[]> {
    return (await this.#probes.canWalk(agent)) ? ['walk', 'census', 'types'] : ['census', 'types'];
  }

  /** Reads each isolate; gives the time that the target has lost by it in all. */
  async #read(agent: Agent, probe: RowProbe, hear: Hear, signal: AbortSignal): Promise<number> {
    const { target } = this;
    let lostMs = 0;
    for (const context of await this.#contexts(agent, signal)) {
      hear({ is: 'probing', target, probe });
      const startedAtMs = performance.now();
      const partition = await this.#probes.read(agent, probe, context);
      lostMs += (idlePauseMs(partition.cost) ?? performance.now() - startedAtMs) * LOST_FOR_PAUSED[probe];
      hear({ is: 'partition', partition });
    }
    return lostMs;
  }

  /** Says what went wrong, and whether the target stands still; the next turn tries again. */
  async #stumbled(agent: Agent, error: unknown, hear: Hear): Promise<void> {
    const { target } = this;
    hear({ is: 'note', target, text: reasonOf(error) });
    const condition = await agent.condition(ANSWER_MS).catch(() => 'running' as const);
    this.#tellCondition(hear, condition, await standstill(agent, condition));
  }

  #tellCondition(hear: Hear, condition: Condition, reason?: string): void {
    if (condition === this.#condition) return;
    this.#condition = condition;
    const state = condition === 'running' ? 'attached' : condition;
    hear({ is: 'state', target: this.target, state: { state, ...(reason !== undefined && { reason }) } });
  }

  async #contexts(agent: Agent, signal: AbortSignal): Promise<RowContext[]> {
    const { isolate, stop = true } = this.#options;
    const isolates = isolate === 'all' ? await agent.isolates() : [isolate];
    return isolates.map((name) => ({ target: this.target, isolate: name, signal, stop }));
  }
}

/** Steps in which CPU time is reported. */
const CPU_TICK_MS = 10;

/** What the pause is on an idle machine: the rest is what others took of the CPU, which they would have taken anyway. */
function idlePauseMs({ pauseMs, cpuMs }: Cost = {}): number | undefined {
  return pauseMs === undefined || cpuMs === undefined ? pauseMs : Math.min(pauseMs, cpuMs + CPU_TICK_MS);
}
