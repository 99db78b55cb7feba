/** What one attached target has to say, as events: probes, failures, its state. Silent once the attachment has ended. */

import type { Logger } from 'pino';
import type { CheckpointEvent, ProbePhase, TargetState } from '../../protocol/events.ts';
import type { TargetMemory } from '../../protocol/memory.ts';
import type { Cost, Partition, Probe, Usage } from '../../protocol/partition.ts';
import { reasonOf } from '../../protocol/reason.ts';
import type { ScheduledProbe } from '../config/schedule-file.ts';
import type { NewEvent } from '../log/log.ts';
import type { Refusal } from './guard.ts';
import type { Footprint } from './ledger.ts';
import { Repeats } from './repeats.ts';

/** A probe on one isolate, with the classifiers that it runs for; none where it has no choice of them. */
export interface ProbeRun {
  readonly probe: ScheduledProbe;
  readonly isolate: string;
  readonly by: readonly string[];
}

export interface ReportsOptions {
  readonly target: string;
  readonly publish: (event: NewEvent) => void;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What went wrong, and why: an error, or a reason. */
export interface Warning {
  readonly isolate?: string;
  readonly probe?: string;
  readonly err?: unknown;
  readonly reason?: string;
  readonly instead?: Probe | undefined;
}

const FAILED = 'probe failed';
const REFUSED = 'probe refused';

export class Reports {
  readonly #options: ReportsOptions;
  /** What was started and has not ended. */
  readonly #running = new Set<ProbeRun>();
  readonly #repeats = new Repeats();
  #ended = false;

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  /** What is running has failed. Nothing is published or logged from now on, however late it comes. */
  end(why: Error): void {
    for (const run of this.#running) this.#probe(run, { phase: 'failed', reason: why.message });
    this.#running.clear();
    this.#ended = true;
  }

  state(state: TargetState): void {
    this.#publish({ type: 'target', ...state });
  }

  usage(usage: Usage): void {
    this.#publish({ type: 'usage', ...usage });
  }

  memory(memory: TargetMemory): void {
    this.#publish({ type: 'memory', ...memory });
  }

  started(run: ProbeRun): void {
    this.#running.add(run);
    this.#probe(run, { phase: 'started' });
  }

  /** The partitions of a probe, and then that it is done. */
  done(run: ProbeRun, partitions: readonly Partition[]): void {
    this.#running.delete(run);
    for (const message of [FAILED, REFUSED]) this.#repeats.over(whatOf(message, run));
    for (const partition of partitions) this.#publish({ type: 'partition', ...partition });
    const cost = partitions[0]?.cost;
    this.#probe(run, { phase: 'done', partitions: partitions.map(({ id }) => id), ...(cost && { cost }) });
  }

  failed(run: ProbeRun, error: unknown): void {
    this.#running.delete(run);
    this.#probe(run, { phase: 'failed', reason: reasonOf(error) });
    this.warn(FAILED, { isolate: run.isolate, probe: run.probe, err: error });
  }

  skipped(run: ProbeRun, times: number): void {
    const passed = times === 1 ? 'once' : `${times} times`;
    const reason = `passed over ${passed}: this target or its group was busy with another probe`;
    this.#probe(run, { phase: 'skipped', reason });
  }

  /** A probe did not run. @param instead what runs in its place */
  refused(run: ProbeRun, { price, reason }: Refusal, instead?: Probe): void {
    this.#probe(run, { phase: 'refused', reason, cost: { forecast: price }, ...(instead && { instead }) });
    this.warn(REFUSED, { isolate: run.isolate, probe: run.probe, reason, instead });
  }

  /** @param hourPauseMs all pauses of the last hour, this one included */
  footprint({ isolate, cause, fromMs, toMs, ...weights }: Footprint, hourPauseMs: number): void {
    const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString()) as [string, string];
    this.#publish({
      type: 'footprint',
      target: this.#options.target,
      isolate,
      cause,
      from,
      to,
      ...weights,
      hourPauseMs,
    });
  }

  checkpoint(event: Pick<CheckpointEvent, 'isolate' | 'checkpoint' | 'phase' | 'held' | 'reason'>): void {
    this.#publish({ type: 'checkpoint', target: this.#options.target, ...event, at: this.at() });
  }

  /** Writes down that something went wrong; the same once (repeats.ts). */
  warn(message: string, fields: Warning): void {
    if (this.#ended) return;
    const reason = fields.reason === undefined ? reasonOf(fields.err) : withoutFigures(fields.reason);
    const times = this.#repeats.times(whatOf(message, fields), reason);
    if (times !== null) this.#options.logger.warn({ ...fields, ...(times > 1 && { times }) }, message);
  }

  /** Writes down what was done. */
  note(message: string): void {
    if (!this.#ended) this.#options.logger.info(message);
  }

  /** Now, as events give it. */
  at(): string {
    return new Date(this.#options.now()).toISOString();
  }

  #probe({ probe, isolate, by }: ProbeRun, outcome: Outcome): void {
    const run = { probe, isolate, ...(by.length > 0 && { by: [...by] }) };
    this.#publish({ type: 'probe', target: this.#options.target, ...run, ...outcome, at: this.at() });
  }

  #publish(event: NewEvent): void {
    if (!this.#ended) this.#options.publish(event);
  }
}

interface Outcome {
  readonly phase: ProbePhase;
  readonly instead?: Probe;
  readonly partitions?: string[];
  readonly cost?: Cost;
  readonly reason?: string;
}

function whatOf(message: string, { isolate = '', probe = '' }: Pick<Warning, 'isolate' | 'probe'>): string {
  return `${message} ${isolate} ${probe}`;
}

/** A refusal gives its figures anew each time, and is the same. */
function withoutFigures(reason: string): string {
  return reason.replace(/\d+(?:\.\d+)?/g, '');
}
