/**
 * One target while it is attached: runs its probes in turn, one at a time, and publishes what they give, until it goes.
 *
 *     requests (people first) ┐
 *     condition               ├─> one job at a time ─> Reader ─> events
 *     schedule                ┘
 *
 * Nothing is published after the end, however late an answer comes.
 */
import type { Agent, Condition } from '../agent/agent.ts';
import { DetachedError, EpochError } from '../agent/errors.ts';
import type { TargetState } from '../protocol/events.ts';
import type { Partition } from '../protocol/partition.ts';
import { RequestError } from '../protocol/requests.ts';
import { Bell } from './bell.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { TargetConfig } from './config.ts';
import type { ScheduledProbe } from './config-file.ts';
import type { Gate, Ticket } from './gate.ts';
import type { Reader } from './reader.ts';
import type { ProbeRun, Reports } from './reports.ts';
import { type Due, Schedule } from './schedule.ts';

/** How often a target that runs, and one that does not, is asked whether it does, and how long it has for the answer. */
const CONDITION_EVERY_MS = { running: 5_000, other: 1_000 } as const;
const CONDITION_TIMEOUT_MS = 1_000;
/** Requests that may wait for one target's turn. */
const MAX_WAITING = 8;

/** A probe that somebody asks for. */
export interface Wish {
  readonly probe: ScheduledProbe;
  readonly isolate: string;
  /** Absent: as the target is configured. */
  readonly by?: readonly string[];
  readonly label?: string;
  /** Of a snapshot: label of the checkpoint that its partitions are relative to. */
  readonly since?: string;
  /** Of a snapshot: label of the checkpoint that it becomes. */
  readonly checkpoint?: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** A wish whose turn has not come, or that is being fulfilled. */
interface Waiting {
  readonly wish: Wish;
  readonly resolve: (partitions: string[]) => void;
  readonly reject: (error: Error) => void;
}

export interface AttachmentOptions {
  readonly agent: Agent;
  readonly reader: Reader;
  readonly checkpoints: Checkpoints;
  readonly target: TargetConfig;
  /** The gate of the target's group. */
  readonly gate: Gate;
  readonly reports: Reports;
  /** Says that an isolate is no more. */
  readonly forget: (isolate: string) => void;
}

export class Attachment {
  readonly #options: AttachmentOptions;
  readonly #schedule: Schedule;
  readonly #bell = new Bell();
  readonly #end = new AbortController();
  readonly #waiting: Waiting[] = [];
  #running: Waiting | undefined;
  #ticket: Ticket | undefined;
  #busy = false;
  #condition: Condition = 'running';
  /** Since when, ISO 8601. */
  #conditionAt: string;
  #conditionDueAtMs = 0;
  #isolates: readonly string[] = ['main'];

  constructor(options: AttachmentOptions) {
    this.#options = options;
    this.#schedule = new Schedule(options.target.name, options.target.schedule, performance.now());
    this.#conditionAt = options.reports.at();
  }

  /** Runs probes until the target goes, and gives why; undefined when `stop` ended it. */
  async tend(stop: AbortSignal): Promise<DetachedError | undefined> {
    let reason: DetachedError | undefined;
    const onStop = () => this.#finish(new DetachedError('the collector lets go of the target'));
    stop.addEventListener('abort', onStop, { once: true });
    if (stop.aborted) onStop();
    void this.#options.agent.closed.then((error) => {
      reason = error;
      this.#finish(error);
    });
    this.#options.reports.state(this.state());
    if (this.#schedule.has('sampling')) this.#start(this.#startSampling());
    while (!this.#end.signal.aborted) {
      const nextAtMs = this.#busy ? Number.POSITIVE_INFINITY : this.#startNext(performance.now());
      await this.#bell.wait(nextAtMs - performance.now());
    }
    stop.removeEventListener('abort', onStop);
    return reason;
  }

  /** Runs a probe as soon as it is its turn; gives the ids of its partitions. @throws RequestError */
  request(wish: Wish): Promise<string[]> {
    if (this.#end.signal.aborted) return Promise.reject(this.#notAttached());
    if (this.#waiting.length >= MAX_WAITING) {
      const reason = `${MAX_WAITING} requests wait for "${this.#options.target.name}" already, try again later`;
      return Promise.reject(new RequestError('busy', `Cannot run "${wish.probe}": ${reason}`));
    }
    const onLeft = () => this.#giveUp(wish);
    wish.signal?.addEventListener('abort', onLeft, { once: true });
    const answer = new Promise<string[]>((resolve, reject) => this.#waiting.push({ wish, resolve, reject }));
    this.#bell.ring();
    return answer.finally(() => wish.signal?.removeEventListener('abort', onLeft));
  }

  /** The target's state for `targets` and for events. */
  state(): TargetState {
    const { agent, target } = this.#options;
    const { pid, nodeVersion, title, incarnation } = agent.identity;
    const reason = CONDITION_REASONS[this.#condition];
    return {
      target: target.name,
      state: this.#condition === 'running' ? 'attached' : this.#condition,
      incarnation,
      pid,
      nodeVersion,
      title,
      inspect: target.inspect,
      labels: target.labels,
      ...(reason && { reason }),
      at: this.#conditionAt,
    };
  }

  #finish(why: DetachedError): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    this.#options.checkpoints.end(why);
    this.#options.reports.end();
    this.#ticket?.release();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#notAttached());
    this.#running?.reject(this.#notAttached());
    this.#bell.ring();
  }

  #notAttached(): RequestError {
    return new RequestError('not-attached', `Cannot probe "${this.#options.target.name}": the target has gone`);
  }

  /** Nobody waits for it any more; once it runs it runs to its end. */
  #giveUp(wish: Wish): void {
    const index = this.#waiting.findIndex((waiting) => waiting.wish === wish);
    if (index < 0) return;
    const [{ reject }] = this.#waiting.splice(index, 1) as [Waiting];
    reject(new RequestError('busy', `Cannot run "${wish.probe}": nobody waits for it any more`));
    this.#bell.ring();
  }

  /**
   * Starts what is to be done now, if anything is; gives when to look again at the latest (the end of a job rings before).
   * What is due and is not started waits for the gate, which rings.
   */
  #startNext(nowMs: number): number {
    const { due, nextAtMs } = this.#schedule.at(nowMs);
    const waiting = this.#waiting.find(({ wish }) => this.#mayRun(wish.probe));
    const next = waiting ? undefined : due.find(({ probe }) => this.#mayRun(probe));
    if (waiting) {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      this.#start(this.#answer(waiting));
    } else if (this.#conditionDueAtMs <= nowMs) {
      this.#start(this.#checkCondition());
    } else if (next) {
      this.#schedule.take(next.probe, nowMs);
      if (next.skipped > 0) this.#reportSkipped(next);
      this.#start(this.#runScheduled(next.probe));
    } else {
      if (!due.some(isSnapshot) && !this.#waiting.some(({ wish }) => isSnapshot(wish))) this.#leaveGate();
      return Math.min(nextAtMs, this.#conditionDueAtMs);
    }
    return Number.POSITIVE_INFINITY;
  }

  #reportSkipped({ probe, skipped }: Due): void {
    this.#options.reports.skipped(this.#runOf({ probe, isolate: 'main' }), skipped);
  }

  /** A snapshot needs its group's turn; asking for it joins the line. */
  #mayRun(probe: ScheduledProbe): boolean {
    if (probe !== 'snapshot') return true;
    this.#ticket ??= this.#options.gate.enter(() => this.#bell.ring());
    return this.#ticket.granted;
  }

  #leaveGate(): void {
    this.#ticket?.release();
    this.#ticket = undefined;
  }

  /** Runs a job, which reports its own failures, as the one that is going on. */
  #start(job: Promise<void>): void {
    this.#busy = true;
    void job.finally(() => {
      this.#busy = false;
      this.#bell.ring();
    });
  }

  async #answer(waiting: Waiting): Promise<void> {
    const { wish, resolve, reject } = waiting;
    this.#running = waiting;
    try {
      resolve((await this.#run(wish)).partitions);
    } catch (error) {
      reject(requestError(wish.probe, error));
    } finally {
      this.#running = undefined;
      if (wish.probe === 'snapshot') this.#leaveGate();
    }
  }

  async #runScheduled(probe: ScheduledProbe): Promise<void> {
    let pauseMs = 0;
    for (const isolate of await this.#liveIsolates()) {
      // a failure has been published; it must not keep the other isolates from their turn
      const ran = await this.#run({ probe, isolate }).catch(() => undefined);
      pauseMs += ran?.pauseMs ?? 0;
    }
    if (probe === 'snapshot') this.#leaveGate();
    this.#schedule.ended(probe, performance.now(), pauseMs);
  }

  /** Runs a probe on one isolate and publishes what comes of it. @throws what the probe throws, once that is published */
  async #run(wish: Wish): Promise<{ partitions: string[]; pauseMs: number }> {
    const run = this.#runOf(wish);
    try {
      const partitions = await this.#read(wish, run);
      return { partitions: partitions.map(({ id }) => id), pauseMs: partitions[0]?.cost?.pauseMs ?? 0 };
    } catch (error) {
      this.#failed(run, error);
      throw error;
    }
  }

  async #read(wish: Wish, run: ProbeRun): Promise<Partition[]> {
    const { reader, reports, checkpoints } = this.#options;
    if (run.probe === 'usage') {
      // a reading of the gauges speaks for itself: of `usage` only failures are told
      reports.usage(await reader.usage(run.isolate));
      return [];
    }
    reports.started(run);
    const partitions =
      run.probe === 'sampling' ? [await reader.sampling(run.isolate, wish.label)] : await this.#snapshot(wish, run);
    reports.done(run, partitions);
    if (wish.checkpoint !== undefined) checkpoints.reportTaken(run.isolate, wish.checkpoint);
    return partitions;
  }

  #snapshot({ since, checkpoint, label }: Wish, { isolate, by }: ProbeRun): Promise<Partition[]> {
    const { reader, checkpoints } = this.#options;
    const options = { by, signal: this.#end.signal, ...(label !== undefined && { label }) };
    if (checkpoint !== undefined) return checkpoints.take(isolate, checkpoint, options);
    if (since !== undefined) return checkpoints.since(isolate, since, options);
    return reader.snapshot(isolate, by, label, this.#end.signal);
  }

  #runOf({ probe, isolate, by, since }: Wish): ProbeRun {
    const { reader, checkpoints } = this.#options;
    const wanted = by ?? (since === undefined ? undefined : checkpoints.classifiers(isolate, since));
    return { probe, isolate, by: reader.classifiers(probe, wanted) };
  }

  #failed(run: ProbeRun, error: unknown): void {
    this.#options.reports.failed(run, error);
    // silence may have a cause that is worth telling
    this.#conditionDueAtMs = 0;
  }

  /** Begins sampling at once, so that the first reading has something to tell. */
  async #startSampling(): Promise<void> {
    for (const isolate of await this.#liveIsolates()) {
      try {
        await this.#options.reader.startSampling(isolate);
      } catch (error) {
        this.#failed(this.#runOf({ probe: 'sampling', isolate }), error);
      }
    }
  }

  /** The isolates to probe, of those that live now. */
  async #liveIsolates(): Promise<readonly string[]> {
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
    const { agent, reports, checkpoints } = this.#options;
    void checkpoints.look();
    try {
      const condition = await agent.condition(CONDITION_TIMEOUT_MS);
      if (condition !== this.#condition) {
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

const CONDITION_REASONS: Readonly<Record<Condition, string | undefined>> = {
  running: undefined,
  paused: 'it stands in a debugger',
  blocked: 'its event loop does not turn',
};

function isSnapshot({ probe }: { readonly probe: ScheduledProbe }): boolean {
  return probe === 'snapshot';
}

function requestError(probe: ScheduledProbe, error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof EpochError) return new RequestError('void', error.message);
  // what an agent throws for an isolate that it does not have
  const code = error instanceof RangeError ? 'not-found' : 'probe-failed';
  return new RequestError(code, error instanceof Error ? error.message : `Cannot run "${probe}": ${String(error)}`);
}
