/**
 * One target while it is attached: runs its probes in turn, one at a time, and publishes what they give, until it goes.
 *
 *     requests (people first) ┐
 *     condition               ├─> one job at a time ─> Reader ─> events
 *     schedule                ┘
 *
 * Nothing is published after the end, however late an answer comes.
 */
import type { Agent } from '../../agent/attach/agent.ts';
import { type Condition, SILENT_MS } from '../../agent/attach/condition.ts';
import { standstill } from '../../agent/attach/standstill.ts';
import { DetachedError } from '../../agent/base/errors.ts';
import { MAIN } from '../../agent/cdp/isolate-name.ts';
import type { TargetState } from '../../protocol/events.ts';
import { incarnationOf } from '../../protocol/incarnation.ts';
import { RequestError, type Result } from '../../protocol/requests.ts';
import { WakeUp } from '../base/wake-up.ts';
import type { ScheduledProbe } from '../config/schedule-file.ts';
import type { TargetConfig } from '../config/target-config.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Gate, Ticket } from './gate.ts';
import type { Guard } from './guard.ts';
import type { LastReading } from './last-readings.ts';
import type { Ledger } from './ledger.ts';
import { MemoryWatch } from './memory-watch.ts';
import { OomWatch } from './oom-watch.ts';
import { PassiveTypes } from './passive-types.ts';
import type { Interrupted } from './past.ts';
import { PriceList } from './price-list.ts';
import { type ProbeOutcome, ProbeQueue, type ProbeRequest, type QueuedRequest } from './probe-queue.ts';
import { Prober, requestError } from './prober.ts';
import type { Probes } from './probes.ts';
import type { Reader } from './reader.ts';
import type { Reports } from './reports.ts';
import { type Due, Schedule } from './schedule.ts';

/** How often a target that runs, and one that does not, is asked whether it does, and how long it has for the answer. */
const CONDITION_EVERY_MS = { running: 5_000, other: 1_000 } as const;
const CONDITION_TIMEOUT_MS = 1_000;
/** How often a target is asked for its isolates because somebody names one that is not known. */
const ISOLATES_EVERY_MS = 1_000;

export interface AttachmentOptions {
  readonly agent: Agent;
  readonly reader: Reader;
  readonly checkpoints: Checkpoints;
  readonly target: TargetConfig;
  readonly guard: Guard;
  readonly ledger: Ledger;
  /** The gate of the target's group. */
  readonly gate: Gate;
  readonly reports: Reports;
  readonly probes: Pick<Probes, 'memory' | 'oomFullRatio' | 'oomObstacle' | 'openOomPause'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Says that an isolate is no more. */
  readonly forget: (isolate: string) => void;
  /** Whether the target is still one's own to probe; where it is not, `tend` is stopped too. */
  readonly isHeld: () => boolean;
}

export class Attachment {
  readonly #options: AttachmentOptions;
  readonly #schedule: Schedule;
  readonly #wakeUp = new WakeUp();
  readonly #end = new AbortController();
  readonly #queue: ProbeQueue;
  readonly #prober: Prober;
  readonly #oom: OomWatch;
  readonly #passive: PassiveTypes;
  readonly #prices: PriceList;
  #running: QueuedRequest | undefined;
  #ticket: Ticket | undefined;
  #busy = false;
  /** Isolates whose types V8's own collections have not shown. */
  #typesLeft: string[] = [];
  #condition: Condition = 'running';
  #reason: string | undefined;
  /** Since when, ISO 8601. */
  #conditionAt: string;
  #conditionDueAtMs = 0;
  #isAsked = false;
  /** When the job that goes on began, or showed signs of life last. */
  #signAtMs = 0;
  #isolates: readonly string[] = [MAIN];
  /** When they were asked for last. */
  #isolatesAtMs = Number.NEGATIVE_INFINITY;
  /** The dear probe that ran when the target went. */
  #interrupted: Interrupted | undefined;

  constructor(options: AttachmentOptions) {
    const { target, reports, now } = options;
    this.#options = options;
    this.#schedule = new Schedule({
      target: target.name,
      intervals: target.schedule,
      nowMs: performance.now(),
      wallMs: (nowMs) => now() + nowMs - performance.now(),
    });
    this.#queue = new ProbeQueue(target.name, () => this.#wakeUp.wake());
    const memory = new MemoryWatch({
      agent: options.agent,
      target: target.name,
      every: target.schedule.memory,
      probes: options.probes,
      reports,
      signal: this.#end.signal,
    });
    this.#oom = new OomWatch({
      ...options,
      isWanted: target.oomPause ?? false,
      signal: this.#end.signal,
    });
    this.#prober = new Prober({
      ...options,
      memory,
      oom: this.#oom,
      signal: this.#end.signal,
      onSign: () => {
        this.#signAtMs = performance.now();
      },
      onFailure: () => {
        this.#conditionDueAtMs = 0;
      },
    });
    this.#passive = new PassiveTypes(this.#prober);
    this.#prices = new PriceList(target.name, options.guard);
    this.#conditionAt = reports.at();
  }

  /** Runs probes until the target goes, and gives why; undefined when `stop` ended it. */
  async tend(stop: AbortSignal): Promise<DetachedError | undefined> {
    let reason: DetachedError | undefined;
    const onStop = () => this.#finish(new DetachedError('the collector detaches from the target'));
    stop.addEventListener('abort', onStop, { once: true });
    if (stop.aborted) onStop();
    void this.#options.agent.closed.then((error) => {
      reason = error;
      this.#finish(error);
    });
    this.#options.reports.state(this.state());
    if (this.#schedule.has('sampling')) this.#start(this.#startSampling());
    // a process that stood still asks before it goes on
    while (this.#options.isHeld() && !this.#end.signal.aborted) {
      const nowMs = performance.now();
      const nextAtMs = this.#busy ? this.#lookBeside(nowMs) : this.#startNext(nowMs);
      await this.#wakeUp.wait(nextAtMs - performance.now());
    }
    stop.removeEventListener('abort', onStop);
    await this.#oom[Symbol.asyncDispose]();
    return reason;
  }

  /** Runs a probe as soon as it is its turn. @throws RequestError */
  request(request: ProbeRequest): Promise<ProbeOutcome> {
    if (this.#end.signal.aborted) return Promise.reject(this.#notAttached());
    return this.#queue.add(request);
  }

  /** What is objected to a probe now, in figures; null: it may run. @throws as `Guard.refusal` */
  objection(probe: ScheduledProbe, isolate: string): Promise<string | null> {
    return this.#prober.objection(probe, isolate);
  }

  /** Samples an isolate until it is given back; null where it is sampled anyway. @throws what could not be begun with */
  borrowSampling(isolate: string): Promise<AsyncDisposable | null> {
    return this.#options.reader.borrowSampling(isolate);
  }

  /** What each probe would cost now; answered while another runs. @throws RequestError */
  async prices(isolate: string): Promise<Result<'prices'>> {
    if (this.#end.signal.aborted) throw this.#notAttached();
    if (!(await this.#isKnown(isolate))) {
      const message = `Cannot price the probes of "${this.#options.target.name}": it has no isolate "${isolate}"`;
      throw new RequestError('not-found', `${message}, expected one of ${this.#isolates.join(', ')}`);
    }
    return await this.#prices.of(isolate);
  }

  /** Whoever asks, the target is asked for its isolates once a second at most. */
  async #isKnown(isolate: string): Promise<boolean> {
    if (this.#isolates.includes(isolate)) return true;
    if (performance.now() - this.#isolatesAtMs >= ISOLATES_EVERY_MS) await this.#liveIsolates();
    return this.#isolates.includes(isolate);
  }

  /** The last of its gauges, the main isolate's first. */
  get readings(): readonly LastReading[] {
    return this.#prober.readings.all();
  }

  /** How long the event loop took to turn when it was looked at last; undefined of one that stands in a debugger. */
  get turnMs(): number | undefined {
    return this.#options.agent.turnMs;
  }

  /** When V8 paused before it gave up, milliseconds since 1970; undefined: it did not. */
  get oomPausedAtMs(): number | undefined {
    return this.#oom.pausedAtMs;
  }

  /** What ran when the target went; undefined if nothing that it could die of did. */
  get interrupted(): Interrupted | undefined {
    return this.#interrupted;
  }

  /** The target's state for `targets` and for events. */
  state(): TargetState {
    const { agent, target } = this.#options;
    const { pid, nodeVersion, title } = agent.identity;
    return {
      target: target.name,
      state: this.#condition === 'running' ? 'attached' : this.#condition,
      ...incarnationOf(agent.identity),
      ...(pid > 0 && { pid }),
      nodeVersion,
      title,
      inspect: target.inspect,
      labels: target.labels,
      ...(target.group !== target.name && { group: target.group }),
      ...(this.#reason !== undefined && { reason: this.#reason }),
      at: this.#conditionAt,
    };
  }

  #finish(why: DetachedError): void {
    if (this.#end.signal.aborted) return;
    this.#interrupted = this.#prober.running;
    this.#end.abort();
    this.#options.checkpoints.end(why);
    this.#options.reports.end(why);
    // a target that is in the middle of a snapshot keeps its group's turn until it has sent it
    if (!this.#busy) this.#leaveGate();
    this.#queue.reject(this.#notAttached());
    this.#running?.reject(this.#notAttached());
    this.#wakeUp.wake();
  }

  #notAttached(): RequestError {
    return new RequestError('not-attached', `Cannot probe "${this.#options.target.name}": the target has gone`);
  }

  /**
   * Starts what is to be done now, if anything is; gives when to look again at the latest (the end of a job rings before).
   * What is due and is not started waits for the gate, which rings.
   */
  #startNext(nowMs: number): number {
    const { due, nextAtMs } = this.#schedule.at(nowMs);
    const waiting = this.#queue.take(({ probe }) => this.#mayRun(probe));
    const next = waiting ? undefined : due.find(({ probe }) => this.#mayRun(probe));
    if (waiting) {
      this.#start(this.#answer(waiting));
    } else if (this.#conditionDueAtMs <= nowMs) {
      this.#start(this.#checkCondition());
    } else if (this.#typesLeft.length > 0) {
      this.#start(this.#runOn('types', this.#typesLeft.splice(0)));
    } else if (next) {
      this.#schedule.take(next.probe, nowMs);
      if (next.skipped > 0) this.#reportSkipped(next);
      this.#start(this.#runScheduled(next.probe));
    } else {
      if (!due.some(isSnapshot) && !this.#queue.some(isSnapshot)) this.#leaveGate();
      return Math.min(nextAtMs, this.#conditionDueAtMs);
    }
    return nowMs + SILENT_MS;
  }

  /** While a job goes on: asks a target of which nothing comes. Gives when to look again. */
  #lookBeside(nowMs: number): number {
    const dueAtMs = Math.max(this.#signAtMs + SILENT_MS, this.#conditionDueAtMs);
    if (nowMs < dueAtMs || this.#isAsked) return Math.max(dueAtMs, nowMs + CONDITION_EVERY_MS.other);
    this.#isAsked = true;
    void this.#readCondition().finally(() => {
      this.#isAsked = false;
      this.#wakeUp.wake();
    });
    return nowMs + CONDITION_EVERY_MS.other;
  }

  #reportSkipped({ probe, skipped }: Due): void {
    this.#options.reports.skipped(this.#prober.runOf({ probe, isolate: MAIN }), skipped);
  }

  /** A snapshot needs its group's turn; asking for it joins the line. */
  #mayRun(probe: ScheduledProbe): boolean {
    if (probe !== 'snapshot') return true;
    this.#ticket ??= this.#options.gate.enter(() => this.#wakeUp.wake());
    return this.#ticket.granted;
  }

  #leaveGate(): void {
    this.#ticket?.release();
    this.#ticket = undefined;
  }

  /** Runs a job, which reports its own failures, as the one that is going on. */
  #start(job: Promise<void>): void {
    this.#busy = true;
    this.#signAtMs = performance.now();
    void job.finally(() => {
      this.#busy = false;
      if (this.#end.signal.aborted) this.#leaveGate();
      this.#prices.forget();
      this.#wakeUp.wake();
    });
  }

  async #answer(waiting: QueuedRequest): Promise<void> {
    const { request, resolve, reject } = waiting;
    this.#running = waiting;
    try {
      if (isExclusive(request.probe)) await this.#passive.stop();
      const { partitions, pauseMs: _, ...more } = await this.#prober.run(request);
      resolve({ partitions: partitions.map(({ id }) => id), ...more });
    } catch (error) {
      reject(requestError(request.probe, error));
    } finally {
      this.#running = undefined;
      if (request.probe === 'snapshot') this.#leaveGate();
    }
  }

  async #runScheduled(probe: ScheduledProbe): Promise<void> {
    const { guard } = this.#options;
    if (this.#schedule.isLeftOut(probe, { canWalk: await guard.canWalk() })) {
      this.#schedule.ended(probe, performance.now());
      return;
    }
    const isolates = await this.#liveIsolates();
    if (probe === 'types' && this.#schedule.isAuto(probe) && isolates.includes(MAIN)) this.#watchTypes(isolates);
    else await this.#runOn(probe, isolates);
  }

  /** The main isolate's types come from V8's next own collection, if there is one; what is left, from collections of ours. */
  #watchTypes(isolates: readonly string[]): void {
    if (this.#passive.isWatching) return;
    void this.#passive.watch(MAIN).then((watched) => {
      if (watched === 'stopped') return;
      this.#typesLeft = isolates.filter((isolate) => watched === null || isolate !== MAIN);
      this.#schedule.ended('types', performance.now(), watched?.pauseMs ?? 0);
      this.#wakeUp.wake();
    });
  }

  async #runOn(probe: ScheduledProbe, isolates: readonly string[]): Promise<void> {
    if (isExclusive(probe)) await this.#passive.stop();
    let pauseMs = 0;
    for (const isolate of isolates) pauseMs += await this.#prober.runScheduled(probe, isolate);
    if (probe === 'snapshot') this.#leaveGate();
    this.#schedule.ended(probe, performance.now(), pauseMs);
  }

  /** Begins sampling at once, so that the first reading has something to tell. */
  async #startSampling(): Promise<void> {
    for (const isolate of await this.#liveIsolates()) await this.#prober.startSampling(isolate);
  }

  /** The isolates to probe, of those that live now. */
  async #liveIsolates(): Promise<readonly string[]> {
    this.#isolatesAtMs = performance.now();
    try {
      const isolates = await this.#options.reader.isolates();
      for (const isolate of this.#isolates) if (!isolates.includes(isolate)) this.#options.forget(isolate);
      this.#isolates = isolates;
    } catch (error) {
      this.#options.reports.warn('isolates could not be listed', { err: error });
    }
    return this.#isolates;
  }

  async #checkCondition(): Promise<void> {
    void this.#options.checkpoints.look();
    await this.#readCondition();
  }

  async #readCondition(): Promise<void> {
    const { agent, reports } = this.#options;
    try {
      const condition = await agent.condition(CONDITION_TIMEOUT_MS);
      if (condition !== this.#condition) {
        this.#reason = await standstill(agent, condition);
        this.#condition = condition;
        this.#conditionAt = reports.at();
        reports.state(this.state());
      }
    } catch (error) {
      reports.warn('condition could not be read', { err: error });
    }
    const everyMs = CONDITION_EVERY_MS[this.#condition === 'running' ? 'running' : 'other'];
    this.#conditionDueAtMs = performance.now() + everyMs;
  }
}

/** What would be traced, or would trace, while types are waited for. Sampling's collection is welcome. */
function isExclusive(probe: ScheduledProbe): boolean {
  return probe !== 'usage' && probe !== 'sampling';
}

function isSnapshot({ probe }: { readonly probe: ScheduledProbe }): boolean {
  return probe === 'snapshot';
}
