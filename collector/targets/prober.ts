/**
 * Runs the probes of one attached target and publishes what comes of each: partitions, its footprint, a failure, a refusal.
 *
 *     request ─> Guard ─ refused ──> event, and the next cheaper probe if it was scheduled
 *               └─ admitted ──> Reader ──> partitions ──> footprint into the ledger
 */

import { basename } from 'node:path';
import { Either } from '../../agent/base/either.ts';
import { EpochError } from '../../agent/base/errors.ts';
import { MAIN } from '../../agent/cdp/isolate-name.ts';
import type { SnapshotResult } from '../../agent/probe/snapshot.ts';
import type { Partition } from '../../protocol/partition.ts';
import { RequestError } from '../../protocol/requests.ts';
import type { ScheduledProbe } from '../config/schedule-file.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Guard, Refusal } from './guard.ts';
import { LastReadings } from './last-readings.ts';
import type { Ledger } from './ledger.ts';
import { LimitForecasts } from './limit-forecasts.ts';
import type { MemoryWatch } from './memory-watch.ts';
import type { OomWatch } from './oom-watch.ts';
import type { Interrupted } from './past.ts';
import type { ProbeOutcome, ProbeRequest } from './probe-queue.ts';
import type { Reader } from './reader.ts';
import type { ProbeRun, Reports } from './reports.ts';

/** Probes so dear that, where used bytes alone speak against one, the objects are counted and it is priced again. */
const COUNTED_FIRST: ReadonlySet<ScheduledProbe> = new Set(['census', 'snapshot']);

export interface ProberOptions {
  readonly reader: Reader;
  readonly checkpoints: Checkpoints;
  readonly guard: Guard;
  readonly ledger: Ledger;
  readonly reports: Reports;
  readonly memory: Pick<MemoryWatch, 'look'>;
  readonly oom: Pick<OomWatch, 'look'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Aborted when the target goes or is let go. */
  readonly signal: AbortSignal;
  /** A snapshot has begun, or goes on. */
  readonly onSign: () => void;
  /** Something failed: silence may have a cause that is worth telling. */
  readonly onFailure: () => void;
}

/** What a run has given. */
export interface Ran extends Pick<ProbeOutcome, 'holders' | 'snapshot'> {
  readonly partitions: readonly Partition[];
  readonly pauseMs: number;
}

/** What a reading of the heap gives; all but snapshots give partitions alone. */
type SnapshotReading = Pick<SnapshotResult, 'partitions' | 'holders' | 'output'>;

export class Prober {
  readonly readings = new LastReadings();
  readonly #forecasts = new LimitForecasts();
  readonly #options: ProberOptions;
  #running: Interrupted | undefined;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** The reading that is under way. */
  get running(): Interrupted | undefined {
    return this.#running;
  }

  /** Carries out a request. @throws RequestError; what the probe throws, once that is published */
  async run(request: ProbeRequest): Promise<Ran> {
    const run = this.runOf(request);
    const refusal = await this.#refusal(run, request.agreed ?? false);
    if (!refusal) return await this.#admitted(request, run);
    this.#options.reports.refused(run, refusal);
    throw new RequestError('refused', `Cannot run "${request.probe}": ${refusal.reason}`);
  }

  /** Runs what is due on an isolate, or what is cheaper; gives the pause. Never throws: what goes wrong is published. */
  async runScheduled(probe: ScheduledProbe, isolate: string): Promise<number> {
    const request = { probe, isolate };
    const run = this.runOf(request);
    try {
      const refusal = await this.#refusal(run, false);
      if (!refusal) return (await this.#admitted(request, run)).pauseMs;
      const { instead } = refusal;
      this.#options.reports.refused(run, refusal, instead);
      return instead === undefined ? 0 : await this.runScheduled(instead, isolate);
    } catch {
      // has been published; it must not keep the other isolates from their turn
      return 0;
    }
  }

  /** Begins sampling, so that its first reading has something to tell. */
  async startSampling(isolate: string): Promise<void> {
    try {
      await this.#options.reader.startSampling(isolate);
    } catch (error) {
      this.#failed(this.runOf({ probe: 'sampling', isolate }), error);
    }
  }

  /** Waits for a collection of V8's own and publishes what it tells of the isolate; null where there was none, or `signal` has ended it. */
  async passiveTypes(isolate: string, signal: AbortSignal): Promise<Ran | null> {
    const run = this.runOf({ probe: 'types', isolate });
    try {
      using over = new Either([signal, this.#options.signal]);
      const partitions = await this.#options.reader.types(isolate, { by: run.by, passive: true, signal: over.signal });
      return this.#published(run, { partitions }, this.#options.now(), COUNTING_RATIO);
    } catch (error) {
      const isOver = error instanceof DOMException && error.name === 'TimeoutError';
      if (!isOver && !signal.aborted) this.#failed(run, error);
      return null;
    }
  }

  /** What is objected to a probe now, in figures; null: it may run. @throws as `Guard.refusal` */
  async objection(probe: ScheduledProbe, isolate: string): Promise<string | null> {
    return (await this.#options.guard.refusal(probe, isolate, false))?.reason ?? null;
  }

  runOf({ probe, isolate, by, since }: ProbeRequest): ProbeRun {
    const { reader, checkpoints } = this.#options;
    const wanted = by ?? (since === undefined ? undefined : checkpoints.classifiers(isolate, since));
    return { probe, isolate, by: reader.classifiers(probe, wanted) };
  }

  async #refusal(run: ProbeRun, agreed: boolean): Promise<Refusal | null> {
    const { probe, isolate } = run;
    const { guard } = this.#options;
    // the gauges cost nothing
    if (probe === 'usage') return null;
    try {
      const refusal = await guard.refusal(probe, isolate, agreed);
      if (!refusal?.isRough || !COUNTED_FIRST.has(probe)) return refusal;
      await this.runScheduled('types', isolate);
      return await guard.refusal(probe, isolate, agreed);
    } catch (error) {
      this.#failed(run, error);
      throw error;
    }
  }

  async #admitted(request: ProbeRequest, run: ProbeRun): Promise<Ran> {
    try {
      return await this.#read(request, run);
    } catch (error) {
      this.#failed(run, error);
      throw error;
    }
  }

  async #read(request: ProbeRequest, run: ProbeRun): Promise<Ran> {
    const { reader, reports, checkpoints, now } = this.#options;
    const { probe, isolate } = run;
    if (probe === 'usage') {
      // a reading of the gauges speaks for itself: of `usage` only failures are reported
      const usage = this.#forecasts.take(await reader.usage(isolate), performance.now());
      this.readings.note(usage);
      reports.usage(usage);
      if (isolate === MAIN) {
        void this.#options.memory.look(usage);
        void this.#options.oom.look(usage);
      }
      return { partitions: [], pauseMs: 0 };
    }
    // what a census has not seen is reported by the totals
    if (probe === 'census' && !reader.hasTotals(isolate)) await this.runScheduled('types', isolate);
    reports.started(run);
    const fromMs = now();
    this.#running = { probe, isolate, fromMs };
    const { within = (work) => work() } = request;
    const reading = await within(() => this.#reading(request, run)).finally(() => {
      this.#running = undefined;
    });
    const ran = this.#published(run, reading, fromMs);
    if (request.checkpoint !== undefined) checkpoints.reportTaken(isolate, request.checkpoint);
    return ran;
  }

  async #reading(
    { since, checkpoint, label, holders }: ProbeRequest,
    { probe, isolate, by }: ProbeRun,
  ): Promise<SnapshotReading> {
    const { reader, checkpoints, signal, onSign } = this.#options;
    const options = {
      by,
      signal,
      onProgress: onSign,
      ...(label !== undefined && { label }),
      ...(holders && { holders }),
    };
    if (probe === 'sampling') return { partitions: await reader.sampling(isolate, options) };
    if (probe === 'walk') return await reader.walk(isolate, options);
    if (probe === 'types') return { partitions: await reader.types(isolate, options) };
    if (probe === 'census') return { partitions: await reader.census(isolate, options) };
    onSign();
    if (checkpoint !== undefined) return await checkpoints.take(isolate, checkpoint, options);
    if (since !== undefined) return await checkpoints.since(isolate, since, options);
    return await reader.snapshot(isolate, options);
  }

  /** Publishes what one reading of the heap has given, and what it has done to the target. @param oursRatio how much of the pause is ours */
  #published(run: ProbeRun, reading: SnapshotReading, fromMs: number, oursRatio = 1): Ran {
    const { reports, ledger, now } = this.#options;
    const { partitions, holders, output } = reading;
    const { pauseMs = 0, extraBytes, keptBytes } = partitions[0]?.cost ?? {};
    reports.done(run, partitions);
    for (const partition of partitions) this.#forecasts.takeKinds(partition, performance.now());
    const footprint = {
      isolate: run.isolate,
      cause: run.probe,
      fromMs,
      toMs: now(),
      pauseMs: pauseMs * oursRatio,
      ...(extraBytes !== undefined && { extraBytes }),
      ...(keptBytes !== undefined && { keptBytes }),
    };
    ledger.enter(footprint);
    if (keptBytes !== undefined && keptBytes > 0) this.#forecasts.shift(keptBytes);
    reports.footprint(footprint, ledger.spentMs(footprint.toMs, HOUR_MS));
    return {
      partitions,
      pauseMs,
      ...(holders !== undefined && { holders }),
      ...(output && { snapshot: basename(output.path) }),
    };
  }

  #failed(run: ProbeRun, error: unknown): void {
    this.#options.reports.failed(run, error);
    this.#options.onFailure();
  }
}

const HOUR_MS = 3_600_000;
/** How much of a collection that V8 did by itself is the counting, which it did for us (0.5 to 0.6 measured). */
const COUNTING_RATIO = 0.5;

/** What somebody is told of what went wrong. */
export function requestError(probe: ScheduledProbe, error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof EpochError) return new RequestError('void', error.message);
  // what an agent throws for an isolate that it does not have
  const code = error instanceof RangeError ? 'not-found' : 'probe-failed';
  return new RequestError(code, error instanceof Error ? error.message : `Cannot run "${probe}": ${String(error)}`);
}
